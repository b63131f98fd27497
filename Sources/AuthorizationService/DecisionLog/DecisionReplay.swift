import AuthGraph
package import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

/// A decision of a log, made again from its line alone.
package struct DecisionReplay: Sendable {
    /// What came of it.
    package enum Outcome: Sendable {
        case same
        /// The decision is another one now: the reply's result or error.
        case differs(JSONObject)
        /// The line does not hold all that the decision was made of.
        case incomplete
    }

    /// The decision as it was told.
    package let recorded: JSONObject
    package let outcome: Outcome

    /// Makes the decision of a line again.
    ///
    /// - Throws: what is wrong with the line.
    package init(line: [UInt8]) async throws(DecisionLineError) {
        let object: JSONObject
        do throws(JSONSyntaxError) {
            object = try JSONDocument(parsing: line).root.object ?? .empty
        } catch {
            throw DecisionLineError(problem: "it is not JSON: \(error)")
        }
        guard let recorded = object["result"]?.object, let method = object["method"]?.text,
            let params = object["params"]?.object
        else { throw DecisionLineError(problem: "it has no result, method and params") }
        self.recorded = recorded
        if object["incomplete"]?.bool == true {
            outcome = .incomplete
            return
        }
        let service = try await Self.service(object)
        guard let method = service.methods.first(where: { method == $0.name }) else {
            throw DecisionLineError(problem: "there is no method \(method)")
        }
        let answer: JSONFragment
        do throws(RPCError) {
            answer = try await method.answer(to: params.value)
        } catch {
            answer = JSONFragment { error.write(to: &$0) }
        }
        guard let answer = try? JSONDocument(parsing: answer.bytes).root.object else {
            preconditionFailure("An answer is a JSON object")
        }
        outcome = recorded.isMadeAgain(by: answer) ? .same : .differs(answer)
    }

    /// A service that has what the line has, and nothing else, at the time of the decision.
    private static func service(_ line: JSONObject) async throws(DecisionLineError) -> AuthorizationService {
        let store = MemoryEventStore()
        let keyStore = MemoryServerKeyStore()
        let events = try line.objects("stored").map { (object) throws(DecisionLineError) in
            try NewEvent(recorded: object)
        }
        let keys = try line.objects("keys").map { (object) throws(DecisionLineError) in try ServerKey(recorded: object)
        }
        do throws(EventStoreError) {
            _ = try await store.save(events)
            _ = try await keyStore.save(keys)
        } catch {
            throw DecisionLineError(problem: "its events cannot be kept: \(error)")
        }
        let time = Timestamp(milliseconds: line["ts"]?.number?.int64 ?? Timestamp.now.milliseconds)
        return AuthorizationService(
            graph: AuthGraph(store: store),
            keys: ServerKeys(store: keyStore) { time },
            report: \.detail
        )
    }
}

/// A line of a decision log from which nothing can be made.
package struct DecisionLineError: Error, CustomStringConvertible {
    let problem: String

    package var description: String { problem }
}

extension JSONObject {
    fileprivate func objects(_ key: StaticString) -> [JSONObject] {
        self[key]?.array?.compactMap(\.object) ?? []
    }

    /// Whether `result` says what this decision says. A template that is offered says of the decision that it allows.
    fileprivate func isMadeAgain(by result: JSONObject) -> Bool {
        if result["event"] != nil { return self["verdict"]?.text.map { $0 == "allow" } ?? false }
        return value.source == result.value.source
    }
}

extension NewEvent {
    fileprivate init(recorded object: JSONObject) throws(DecisionLineError) {
        guard let version = object["room_version"]?.text.flatMap({ RoomVersion($0) }),
            let pdu = object["event"]?.source, let isRejected = object["rejected"]?.bool
        else { throw DecisionLineError(problem: "a stored event has no room_version, event and rejected") }
        do throws(EventReadingError) {
            let event = try Event(parsing: Array(pdu), roomVersion: version)
            let outcome = StoredOutcome(verdict: isRejected ? .deny : .allow, rule: "recorded", isRejected: isRejected)
            self.init(event, pdu: Array(pdu), outcome: outcome)
        } catch {
            throw DecisionLineError(problem: "a stored event cannot be read: \(error)")
        }
    }
}

extension ServerKey {
    fileprivate init(recorded object: JSONObject) throws(DecisionLineError) {
        guard let server = object["server"]?.text, let keyID = object["key_id"]?.text,
            let key = object["key"]?.text.flatMap({ PublicKey(base64: $0) })
        else { throw DecisionLineError(problem: "a key has no server, key_id and key") }
        func moment(_ name: StaticString) -> Timestamp? {
            object[name]?.number?.int64.map { Timestamp(milliseconds: $0) }
        }
        self.init(
            ServerKeyID(server: ServerName(server), keyID: keyID),
            key,
            validUntil: moment("valid_until_ts"),
            expired: moment("expired_ts")
        )
    }
}
