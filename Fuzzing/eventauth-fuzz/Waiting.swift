import Dispatch
import Synchronization

/// What `work` comes to, waited for on the calling thread, which must be none of those that tasks run on.
func waiting<Value: Sendable>(for work: @escaping @Sendable () async -> Value) -> Value {
    let outcome = Outcome<Value>()
    Task {
        let value = await work()
        outcome.value.withLock { $0 = value }
        outcome.isThere.signal()
    }
    outcome.isThere.wait()
    guard let value = outcome.value.withLock({ $0 }) else { preconditionFailure("A value is there once it is told") }
    return value
}

private final class Outcome<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
    let isThere = DispatchSemaphore(value: 0)
}
