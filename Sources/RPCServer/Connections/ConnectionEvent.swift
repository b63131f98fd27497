/// What a server tells the handlers of a connection, beside what SwiftNIO tells them.
enum ConnectionEvent {
    /// The connection is to end soon, with nothing lost: what the client has sent is answered, what it is about to send
    /// too, and it is told where there is a way to tell it.
    case windDown
    /// What the client sends from now on is of no interest; what it has sent is answered.
    case lastCall
    /// All clients together leave too many answers, and this one has taken nothing for longest.
    case outboundExcess
}
