#if LIBFUZZER
import CLibFuzzer
import EventTestSupport
import Foundation
import FuzzTargets
import Synchronization

/// Runs libFuzzer, which keeps inputs that reach new code and changes them on.
struct LibFuzzer {
    /// What the functions that libFuzzer calls are about.
    fileprivate static let target = Mutex(FuzzTarget.json)
    private let target: FuzzTarget

    init(_ target: FuzzTarget) {
        self.target = target
        Self.target.withLock { $0 = target }
    }

    func run(_ runs: Int, seed: UInt64, corpus: String) throws {
        try FileManager.default.createDirectory(atPath: corpus, withIntermediateDirectories: true)
        for (number, input) in try (target.seeds() + target.sharedSeeds()).enumerated() {
            try Data(input).write(to: URL(filePath: "\(corpus)/seed-\(number)"))
        }
        let arguments = [
            "eventauth-fuzz", "-runs=\(runs)", "-seed=\(seed)", "-artifact_prefix=\(corpus)-broken-", "-max_len=2048",
            "-timeout=30", "-print_final_stats=1", corpus,
        ]
        var strings: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        // They stay: libFuzzer reads them until the process ends.
        strings.withUnsafeMutableBufferPointer { buffer in
            var count = CInt(arguments.count)
            var values = buffer.baseAddress
            _ = LLVMFuzzerRunDriver(&count, &values) { data, size in checkInput(data, size) }
        }
    }
}

private func checkInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: data, count: size))
    let target = LibFuzzer.target.withLock { $0 }
    if let failure = waiting(for: { await target.failure(of: input) }) { fatalError(failure) }
    return 0
}

/// libFuzzer calls this for every new input: half of them are changed as it would do itself, half by what they mean.
@_cdecl("LLVMFuzzerCustomMutator")
func changeInput(_ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ limit: Int, _ seed: CUnsignedInt) -> Int {
    var mutation = Mutation(seed: UInt64(seed))
    guard Bool.random(using: &mutation) else { return LLVMFuzzerMutate(data, size, limit) }
    let input = Array(UnsafeBufferPointer(start: data, count: size))
    let changed = LibFuzzer.target.withLock { $0 }.changed(input, beside: input, &mutation).prefix(limit)
    _ = UnsafeMutableBufferPointer(start: data, count: limit).update(fromContentsOf: changed)
    return changed.count
}
#endif
