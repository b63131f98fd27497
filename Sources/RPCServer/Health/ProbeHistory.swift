/// Makes one opinion of many probes: a single failure is no outage, and the first success ends one.
struct ProbeHistory {
    private let failureLimit: Int
    private var failureCount = 0
    /// `nil` while no probe has ended.
    private(set) var obstacle: Health.Obstacle? = .starting

    /// - Parameter failureLimit: so many failures in a row mean that the store is away.
    init(failureLimit: Int = 2) {
        self.failureLimit = failureLimit
    }

    mutating func probeEnded(_ failure: Health.Obstacle?) {
        guard let failure else {
            (failureCount, obstacle) = (0, nil)
            return
        }
        failureCount += 1
        // A server that never reached its store is not ready; one that did is given the benefit of the doubt.
        if failureCount >= failureLimit || obstacle != nil { obstacle = failure }
    }
}
