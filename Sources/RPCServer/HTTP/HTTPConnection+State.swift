import NIOHTTP1

extension HTTPConnection {
    /// A request that has arrived.
    enum Complete {
        case request(HTTPRequest)
        case refused(HTTPRefusal, HTTPRequestHead?)
    }

    /// What a connection is at.
    enum State {
        case idle
        case receiving(HTTPRequest)
        /// The rest of the request is of no interest.
        case refusing(HTTPRefusal, HTTPRequestHead?)
        /// Complete, and kept until its turn comes and the client has taken earlier answers.
        case held(Complete)
        case answering(HTTPRequestHead)
        case closing
        /// The last answer is written, and the client has yet to hang up.
        case lingering

        /// The request whose rest has not arrived yet.
        var arriving: HTTPRequestHead? {
            switch self {
            case .receiving(let request): request.head
            case .refusing(_, let head): head
            case .idle, .held, .answering, .closing, .lingering: nil
            }
        }
    }
}
