import CanonicalJSON

/// Answers messages: reads the envelope, finds the method, checks its parameters, and writes the reply.
package struct Dispatcher: Sendable {
    /// How much one message may ask for and get back.
    package struct Limits: Sendable {
        /// Requests in one batch.
        package var batchCount = 1000
        /// Bytes of one reply, or of a batch's replies together.
        package var replyByteCount = 64 << 20
        /// Bytes of a message that is read at once. A larger one is read in a task: it takes longer than others who share
        /// the event loop should wait.
        package var promptByteCount = 256 << 10

        package init() {}
    }

    /// The description of the service that `rpc.discover` answers with.
    package let openRPCDocument: JSONFragment
    private let methods: [UTF8Text: Method]
    private let limits: Limits

    /// `methods` and `rpc.discover`, which describes them.
    package init(methods: [Method], info: ServiceInfo, limits: Limits = Limits()) {
        // The document describes rpc.discover too, for which it does not matter what that one answers.
        let described = methods + [.discover(answering: JSONFragment { $0.null() })]
        openRPCDocument = describeService(info, methods: described)
        let all = methods + [.discover(answering: openRPCDocument)]
        self.methods = Dictionary(all.map { (UTF8Text($0.name.description), $0) }) { _, _ in
            preconditionFailure("Cannot tell two methods of one name apart")
        }
        self.limits = limits
    }

    /// The reply to one message, which is a request or a batch of them.
    package func respond(to message: [UInt8]) -> Reply {
        guard message.count > limits.promptByteCount else { return respondNow(to: message) }
        return .waiting {
            switch respondNow(to: message) {
            case .nothing: nil
            case .ready(let bytes): bytes
            case .waiting(let work): await work()
            }
        }
    }

    private func respondNow(to message: [UInt8]) -> Reply {
        let root: JSONValue
        do {
            root = try JSONDocument(parsing: message).root
        } catch {
            return .failure(.parseError(explanation: error.description))
        }
        guard let items = root.array else { return answer(root) }
        return answerBatch(items)
    }

    // MARK: One request

    private func answer(_ value: JSONValue) -> Reply {
        do {
            let call = try Call(value)
            return answer(call)
        } catch {
            return .ready(replyBytes(.failure(.invalidRequest(explanation: error.explanation)), id: error.id))
        }
    }

    private func answer(_ call: Call) -> Reply {
        do {
            switch try start(call) {
            case .done(let result):
                guard call.id != nil else { return .nothing }
                return .ready(limitedReply(.success(result), to: call))
            case .waiting(let work):
                return .waiting { await finish(call, work) }
            }
        } catch {
            guard call.id != nil else { return .nothing }
            return .ready(replyBytes(.failure(error), id: call.id))
        }
    }

    private func start(_ call: Call) throws(RPCError) -> Outcome {
        guard let method = methods[call.method] else { throw .methodNotFound(method: call.method.string) }
        return try method.handle(Params(call.params, declared: method.parameters))
    }

    private func finish(
        _ call: Call,
        _ work: @Sendable () async throws(RPCError) -> JSONFragment
    ) async -> [UInt8]? {
        let result: Result<JSONFragment, RPCError>
        do {
            result = .success(try await work())
        } catch {
            result = .failure(error)
        }
        return call.id == nil ? nil : limitedReply(result, to: call)
    }

    private func limitedReply(_ result: Result<JSONFragment, RPCError>, to call: Call) -> [UInt8] {
        let bytes = replyBytes(result, id: call.id)
        guard bytes.count > limits.replyByteCount, case .success = result else { return bytes }
        return replyBytes(.failure(replyTooLarge), id: call.id)
    }

    private var replyTooLarge: RPCError {
        .tooLarge(what: "the reply", limit: limits.replyByteCount, unit: .bytes)
    }
}

extension Dispatcher {
    // MARK: Batches (JSON-RPC 2.0, section 6)

    private func answerBatch(_ items: JSONArray) -> Reply {
        if items.isEmpty { return .failure(.invalidRequest(explanation: "a batch holds at least one request")) }
        guard items.count <= limits.batchCount else {
            return .failure(.tooLarge(what: "the batch", limit: limits.batchCount, unit: .requests))
        }
        var batch = BatchReplies(byteLimit: limits.replyByteCount)
        for item in items {
            batch.append(answer(item))
            if batch.isTooLarge { return .failure(replyTooLarge) }
        }
        guard batch.isWaiting else { return batch.joined().map(Reply.ready) ?? .nothing }
        return .waiting { [batch] in
            let finished = await batch.finished()
            return finished.isTooLarge ? replyBytes(.failure(replyTooLarge), id: nil) : finished.joined()
        }
    }
}
