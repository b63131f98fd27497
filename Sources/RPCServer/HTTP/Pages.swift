/// What can be read by HTTP beside the answers to messages.
package struct Pages: Sendable {
    let health: Health
    let metrics: @Sendable () -> [UInt8]
    let openRPC: [UInt8]

    /// - Parameters:
    ///   - metrics: what is counted, in Prometheus's text format.
    ///   - openRPC: the description of the service, as JSON.
    package init(health: Health, metrics: @escaping @Sendable () -> [UInt8], openRPC: [UInt8]) {
        self.health = health
        self.metrics = metrics
        self.openRPC = openRPC
    }
}
