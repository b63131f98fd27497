/// Decides when a connection reads, starts requests and closes. It knows no socket and no clock.
struct ConnectionFlow {
    /// What to do once no complete message is left to start.
    enum Action: Equatable {
        case read
        /// Everything is answered: send what is left, then close.
        case close
        case wait
    }

    private enum Input {
        case open
        /// What the client still sends is of no interest.
        case discarded
        /// The client sends nothing any more.
        case ended
    }

    private let inFlightLimit: Int
    private var inFlight = 0
    private var input = Input.open
    private var isReading = false
    private var isClosing = false

    init(inFlightLimit: Int) {
        self.inFlightLimit = inFlightLimit
    }

    /// Whether one more request may be started.
    var mayStart: Bool { inFlight < inFlightLimit }

    /// Whether bytes that arrive belong to requests.
    var acceptsInput: Bool { input == .open }

    /// Whether no request waits for its answer.
    var isIdle: Bool { inFlight == 0 }

    var inputHasEnded: Bool { input == .ended }

    mutating func requestStarted() { inFlight += 1 }

    mutating func requestFinished() { inFlight -= 1 }

    mutating func readFinished() { isReading = false }

    mutating func inputEnded() { input = .ended }

    /// Takes no more requests; those that came are answered.
    mutating func discardInput() {
        if input == .open { input = .discarded }
    }

    mutating func nextAction() -> Action {
        if input != .open, inFlight == 0, !isClosing {
            isClosing = true
            return .close
        }
        // A closing connection goes on reading: closing a socket that holds unread bytes would reset it, and the reset
        // could overtake the last answer.
        guard input == .open || (input == .discarded && isClosing), !isReading else { return .wait }
        isReading = true
        return .read
    }
}
