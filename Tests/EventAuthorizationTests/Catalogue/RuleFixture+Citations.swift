import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

extension RuleFixture {
    static let citations: [RuleFixture] = [
        .create(.createPrevEvents) { template in
            template.prevEvents = [try TestRoom(version: template.roomVersion, id: "other").create]
        },
        .create(.createRoomIDDomain) { $0.roomID = "!room:b" },
        .create(.createHasRoomID) { $0.roomID = "!room:a" },
        .create(.createRoomVersionUnknown, content: ["room_version": "999"]),
        .create(.createCreatorMissing) { $0.content = $0.content.setting("creator", to: nil) },
        .create(.createAdditionalCreatorsInvalid, content: ["additional_creators": "@bob:b"]),
        .create(.createAllow),
        .room(.roomCreateUnknown) { room in
            let member = try #require(room[.member, "@alice:a"])
            var template = try room.template("m.room.message", by: .alice)
            template.roomID = RoomID(createdBy: member.id)
            return try template.event()
        },
        .room(.authEventsDuplicate) { room in
            let first = try #require(room[.powerLevels])
            try room.setPowerLevels(["ban": 60])
            var template = try room.template("m.room.message", by: .alice)
            template.authEvents.append(first)
            return try template.event()
        },
        .room(.authEventsUnexpected) { room in
            var template = try room.template("m.room.message", by: .alice)
            template.authEvents += [try #require(room[.joinRules])]
            return try template.event()
        },
        .room(.authEventsRejected) { room in
            let join = try room.join(.bob)
            room.know(join, isRejected: true)
            return try room.message(by: .bob)
        },
        .room(.authEventsNoCreate) { room in
            try room.event("m.room.message", by: .alice, citing: [#require(room[.member, "@alice:a"])])
        },
        .room(.authEventsWrongRoom) { room in
            let other = try TestRoom.furnished(room.version, id: "other")
            let levels = try #require(other[.powerLevels])
            room.know(levels)
            var template = try room.template("m.room.message", by: .alice)
            template.authEvents.removeAll { $0.type == .powerLevels }
            template.authEvents.append(levels)
            return try template.event()
        },
        .room(.federateDenied, createdWith: ["m.federate": false]) { try $0.membership("join", of: .bob) },
        .room(.federateMalformed, createdWith: ["m.federate": "no"]) { try $0.membership("join", of: .bob) },
        .room(.aliasesNoStateKey) { try $0.event(.aliases, by: .alice) },
        .room(.aliasesDomainMismatch) { try $0.event(.aliases, by: .alice, stateKey: "b") },
        .room(.aliasesAllow) { try $0.event(.aliases, by: .alice, stateKey: "a") },
    ]
}
