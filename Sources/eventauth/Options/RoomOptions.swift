import ArgumentParser
import AuthGraph
import CanonicalJSON
import Logging
import PostgresStore

/// Which room a question is about: the one whose state a file holds, or one that a database knows.
struct RoomOptions: ParsableArguments {
    @Option(help: "A file with the room's state: PDUs, an array of them or one a line.")
    var state: String?

    @Option(help: "A file with further PDUs of the room, as the power levels that there were before.")
    var events: String?

    @Option(help: "The room's id, where its state is what the database knows.")
    var room: String?

    @Option(help: "The database, as libpq takes it: postgresql://user@host/name.")
    var database: String?

    @OptionGroup var layout: LayoutOptions

    @Option(help: "The rule set: 1 to 12, or draft-2014. By default the one that the files or the database name.")
    var roomVersion: String?

    func validate() throws {
        if state == nil, room == nil || database == nil {
            throw ValidationError("Give --state with a file, or --database and --room.")
        }
    }

    /// What the service answers to `method` about the room.
    ///
    /// - Parameter params: writes the parameters that do not name the room.
    func ask(_ method: String, params: (inout JSONWriter) -> Void) async throws -> Answer {
        let state = try state.map { name throws(InputError) in try EventFile(name) }
        let further = try events.map { name throws(InputError) in try EventFile(name) }
        let write = { (writer: inout JSONWriter) in
            params(&writer)
            writer.pdus(state?.events, under: "state")
            writer.pdus(further?.events, under: "events")
            writer.optional(room, under: "room_id")
            writer.optional(roomVersion ?? state?.roomVersion ?? further?.roomVersion, under: "room_version")
        }
        guard state == nil, let database else { return await .to(method, from: MemoryEventStore(), params: write) }
        let store = try await PostgresStore.open(layout.configuration(database), logger: .program(.warning))
        let answer = await Answer.to(method, from: store, params: write)
        await store.close()
        return answer
    }

    /// Asks, and hands what was answered to `show`; where there is no answer, says why and exits with 2.
    func ask(
        _ method: String,
        params: (inout JSONWriter) -> Void,
        show: (JSONObject) -> Void
    ) async throws {
        let answer: Answer
        do {
            answer = try await ask(method, params: params)
        } catch {
            printError("no answer: \(error)")
            throw ExitCode(2)
        }
        switch answer {
        case .decision(let result): show(result)
        case .noDecision(let error):
            printError("no answer: \(error.string("message"))")
            for id in error["data"]?.object?.strings("missing") ?? [] { printError("  missing \(id)") }
            throw ExitCode(2)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func pdus(_ pdus: [JSONValue]?, under key: StaticString) {
        guard let pdus else { return }
        self.key(key)
        array { writer in
            for pdu in pdus { writer.raw(pdu.source) }
        }
    }

    /// The member `key`, where there is something to write.
    mutating func optional(_ text: String?, under key: StaticString) {
        guard let text else { return }
        self.key(key)
        string(text)
    }
}

extension JSONObject {
    /// What an answer was made from, for people.
    var stateInWords: String {
        let state = self["state"]?.object
        let count = state?["events"]?.words ?? "?"
        return "\(count) state events of \(state?.string("room_id") ?? "-"), digest \(state?.string("digest") ?? "-")"
    }

    func printJSON() {
        print(String(decoding: value.source, as: UTF8.self))
    }
}
