import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

struct FirstJoinScenarios {
    @Test(arguments: RoomVersion.published())
    func `the creator joins right after the creation`(version: RoomVersion) throws {
        let room = try TestRoom(version: version)
        try room.expect(.memberJoinCreator, for: room.membership("join", of: .alice))
    }

    @Test(arguments: RoomVersion.published())
    func `the creator does not join freely after other events`(version: RoomVersion) throws {
        let room = try TestRoom(version: version)
        let other = try TestRoom(version: version, id: "other").create
        var template = try room.template(.member, by: .alice, stateKey: "@alice:a", content: ["membership": "join"])
        for previous in [[room.create, other], [room.create, room.create], [other], []] {
            template.prevEvents = previous
            try room.expect(.memberJoinForbidden, for: template.event())
        }
    }

    @Test(arguments: RoomVersion.published())
    func `anyone can make the creator join right after the creation`(version: RoomVersion) throws {
        let room = try TestRoom(version: version)
        try room.expect(.memberJoinCreator, for: room.membership("join", of: .alice, by: .bob))
    }

    @Test
    func `an additional creator does not join right after the creation`() throws {
        let room = try TestRoom(version: .v12, content: ["additional_creators": ["@bob:b"]])
        try room.expect(.memberJoinForbidden, for: room.membership("join", of: .bob))
    }

    @Test(arguments: RoomVersion.published(to: .v11))
    func `the creator is named in content until v10, and the sender after`(version: RoomVersion) throws {
        let room = try TestRoom(version: version, createdBy: .carol, content: ["creator": "@alice:a"])
        let isNamed = RoomVersion.published(to: .v10).contains(version)
        try room.expect(
            isNamed ? .memberJoinCreator : .memberJoinForbidden,
            for: room.membership("join", of: .alice)
        )
        try room.expect(
            isNamed ? .memberJoinForbidden : .memberJoinCreator,
            for: room.membership("join", of: .carol)
        )
    }
}
