import ArgumentParser
import Crypto
import Dispatch
import Foundation
import Synchronization

/// The bound that a check of many signatures cannot beat: their verification and nothing else, on all cores.
struct Ed25519Bench {
    private let key = Curve25519.Signing.PrivateKey()
    /// As long as what a server signs of a membership.
    private let message = Data(repeating: UInt8(ascii: "x"), count: 600)

    /// Verifies `count` signatures.
    func verify(count: Int) throws -> Int {
        let (publicKey, message) = (key.publicKey, message)
        let signature = try key.signature(for: message)
        let coreCount = ProcessInfo.processInfo.activeProcessorCount
        let verifiedCount = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: coreCount) { core in
            let share = count * (core + 1) / coreCount - count * core / coreCount
            let verified = (0..<share).reduce(0) { sum, _ in
                sum + (publicKey.isValidSignature(signature, for: message) ? 1 : 0)
            }
            verifiedCount.add(verified, ordering: .relaxed)
        }
        guard verifiedCount.load(ordering: .relaxed) == count else {
            throw ValidationError("a signature did not verify")
        }
        return count
    }
}
