import EventAuthorization
import MatrixEvents
import Testing

struct CatalogueTests {
    @Test
    func `the catalogue has the rules of the specification and no others`() {
        #expect(Set(Rule.allCases.map(\.rawValue)) == Set(SpecificationRules.entries.keys))
    }

    @Test(arguments: Rule.allCases)
    func `a rule has its number in each version that has it`(rule: Rule) throws {
        let expected = try #require(SpecificationRules.entries[rule.rawValue])
        let description = rule.description
        #expect(description.verdict == expected.verdict)
        for version in RoomVersion.allCases {
            #expect(description.applies(to: version) == expected.numbers.keys.contains(version), "\(version)")
            #expect(description.number(in: version) == expected.numbers[version] ?? nil, "\(version)")
        }
    }

    @Test(arguments: RoomVersion.allCases)
    func `the rules of a version are listed by ascending number`(version: RoomVersion) {
        let numbers = RuleDescription.rules(of: version).compactMap { $0.number(in: version) }
        let parts = numbers.map { $0.split(separator: ".").compactMap { Int($0) } }
        for (earlier, later) in zip(parts, parts.dropFirst()) {
            #expect(!later.lexicographicallyPrecedes(earlier), "\(later) after \(earlier)")
        }
    }

    @Test(arguments: Rule.allCases)
    func `a rule has a title and a reason of its own words`(rule: Rule) {
        #expect(!rule.description.title.isEmpty)
        var reason: [UInt8] = []
        rule.description.appendReason([:], to: &reason)
        #expect(!reason.isEmpty)
    }

    @Test(arguments: Rule.allCases)
    func `a rule finds its own description`(rule: Rule) {
        #expect(rule.description.rule == rule)
    }

    @Test
    func `every rule has a fixture`() {
        let missing = Set(Rule.allCases).subtracting(RuleFixture.all.map(\.rule))
        #expect(missing.isEmpty, "no fixture for \(missing.map(\.rawValue).sorted())")
    }

    @Test(arguments: RuleFixture.all)
    func `a rule decides its fixture in every version that has it`(fixture: RuleFixture) throws {
        for version in SpecificationRules.versions(with: fixture.rule) {
            let decision = try fixture.explain(version).decision
            #expect(decision.rule == fixture.rule, "\(version): \(decision.rule.rawValue)")
            #expect(decision.verdict == fixture.rule.description.verdict, "\(version)")
            let reason = decision.reason
            #expect(!reason.contains("nothing") && !reason.contains("{"), "\(reason)")
        }
    }

    @Test(arguments: RuleFixture.all)
    func `rules are tried in the order of the catalogue, and only those of the version`(fixture: RuleFixture) throws {
        for version in SpecificationRules.versions(with: fixture.rule) {
            let trace = try fixture.explain(version).trace
            let order = RuleDescription.rules(of: version).map(\.rule)
            let positions = trace.compactMap { order.firstIndex(of: $0.rule) }
            #expect(positions.count == trace.count, "\(version)")
            let tried = trace.map(\.rule).filter { $0 != .statePowerLevelsMalformed }
            #expect(tried == order.filter(tried.contains), "\(version)")
            #expect(trace.dropLast().allSatisfy { $0.outcome == .passed || $0.outcome == .skipped }, "\(version)")
            let outcome: RuleTrial.Outcome = fixture.rule.description.verdict == .allow ? .allowed : .rejected
            #expect(trace.last?.outcome == outcome && trace.last?.rule == fixture.rule, "\(version)")
        }
    }

    @Test(arguments: FormatRule.allCases)
    func `a format rule has a title`(rule: FormatRule) {
        #expect(!rule.title.isEmpty)
    }
}
