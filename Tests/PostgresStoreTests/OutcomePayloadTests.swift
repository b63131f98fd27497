import AuthGraph
import MatrixEvents
import Testing

@testable import PostgresStore

@Suite
struct OutcomePayloadTests {
    @Test
    func `ids are listed in hexadecimal`() {
        #expect(OutcomeChange(payload: "2461 24C3a9") == .of([EventID("$a"), EventID("$é")]))
    }

    @Test(arguments: ["*", "", " ", "2", "246", "24 6", "2g", "24 *", "２４", "ff"])
    func `what cannot be read may be about anything`(payload: String) {
        #expect(OutcomeChange(payload: payload) == .unseen)
    }
}
