import PostgresStore
import Testing

/// Which homeservers' tables this build takes for such as it knows.
struct HomeserverSchemaTests {
    @Test(arguments: [Int64(72), 88, 94])
    func `a schema of Synapse's that is known is taken`(version: Int64) {
        let schema = HomeserverSchema.synapse(version: version, compatible: 72)
        #expect(schema.unknown(allowing: []).isEmpty)
    }

    @Test(arguments: [Int64(71), 95, -1, .max])
    func `another one is not, unless its very number is vouched for`(version: Int64) {
        let schema = HomeserverSchema.synapse(version: version, compatible: 84)
        #expect(schema.unknown(allowing: []) == ["\(version)"])
        #expect(schema.unknown(allowing: ["94"]) == ["\(version)"])
        #expect(schema.unknown(allowing: ["\(version)"]).isEmpty)
        for words in ["schema \(version)", "schema 84 and later", "72 to 94", "--allow-schema \(version)"] {
            #expect(schema.description.contains(words))
        }
    }

    @Test
    func `Dendrite's migrations are known by name, and one of them has to be there`() {
        let known = Array(HomeserverSchema.dendriteMigrations)
        #expect(HomeserverSchema.dendrite(migrations: known).unknown(allowing: []).isEmpty)
        let newer = HomeserverSchema.dendrite(migrations: known + ["roomserver: new", "roomserver: newer"])
        #expect(newer.unknown(allowing: ["roomserver: new"]) == ["roomserver: newer"])
        #expect(newer.description.contains("\"roomserver: new\", \"roomserver: newer\""))
        #expect(!HomeserverSchema.dendrite(migrations: []).unknown(allowing: []).isEmpty)
    }

    @Test(arguments: [DatabaseLayout.synapse, .dendrite])
    func `where there are no such tables nothing helps`(layout: DatabaseLayout) {
        let schema = HomeserverSchema.absent(layout)
        #expect(!schema.unknown(allowing: ["none at all"]).isEmpty)
        #expect(schema.description.contains("no tables of \(layout.name)"))
    }
}
