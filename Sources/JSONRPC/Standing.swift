/// Who somebody is that has been let in, for as long as what let them in is good.
package struct Standing: Sendable {
    private let look: @Sendable () -> Caller?

    /// For good.
    package init(_ caller: Caller) {
        look = { caller }
    }

    /// Until `look`, which is asked at every request, knows nobody any more.
    package init(asLongAs look: @escaping @Sendable () -> Caller?) {
        self.look = look
    }

    package var caller: Caller { look() ?? .nobody }
}
