import Testing

@testable import PostgresStore

@Suite
struct SchemaStateTests {
    private let known = (1...3).map { Migration(version: $0, name: "m\($0)", sql: [UInt8($0)]) }

    @Test
    func `a database that has had every migration is current`() {
        #expect(SchemaState(applied: applied(known), known: known) == .current)
    }

    @Test
    func `what lacks at the end is behind, and the remedy is named`() {
        let state = SchemaState(applied: applied(Array(known.prefix(1))), known: known)
        #expect(state == .behind(missing: ["0002_m2", "0003_m3"]))
        #expect(state.description.contains("eventauth migrate"))
    }

    @Test
    func `what lacks in the middle was skipped`() {
        let state = SchemaState(applied: applied([known[0], known[2]]), known: known)
        #expect(state == .skipped(["0002_m2"]))
    }

    @Test
    func `what the database alone knows makes it ahead, in the middle too`() {
        let everything = applied(known)
        #expect(SchemaState(applied: everything, known: [known[0], known[1]]) == .ahead(unknown: ["0003_m3"]))
        #expect(SchemaState(applied: everything, known: [known[0], known[2]]) == .ahead(unknown: ["0002_m2"]))
    }

    @Test
    func `other contents or another name under the same number are a change`() {
        let contents = Migration(version: 2, name: "m2", sql: [9])
        let name = Migration(version: 2, name: "other", sql: [2])
        for other in [contents, name] {
            #expect(
                SchemaState(applied: applied(known), known: [known[0], other, known[2]]) == .changed([other.label])
            )
        }
    }

    private func applied(_ migrations: [Migration]) -> [AppliedMigration] {
        migrations.map { AppliedMigration(version: $0.version, name: $0.name, checksum: $0.checksum) }
    }
}
