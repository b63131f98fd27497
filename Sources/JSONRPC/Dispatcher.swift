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
        /// Requests that wait for something, all connections together.
        package var waitingCount = 10_000
        /// How long the answers of methods may take, where it is not as long as they say themselves.
        package var timeLimits: [String: Duration] = [:]

        package init() {}
    }

    /// The methods that every service has, beside its own.
    package static let ownMethods = (ofSessions + [.discover(answering: undescribed)]).map(\.name)
    private static let ofSessions: [Method] = [.authenticate, .announceClosing]
    /// For where it does not matter what `rpc.discover` answers.
    private static let undescribed = JSONFragment { $0.null() }

    /// The description of the service that `rpc.discover` answers with.
    package let openRPCDocument: JSONFragment
    /// How often requests were refused at which limit.
    package let limitsMet = LimitCounters()
    private let methods: [UTF8Text: Method]
    private let limits: Limits
    private let waiting: WaitingRoom
    private let observer: any CallObserver

    /// `methods` and ``ownMethods``, of which `rpc.discover` describes them all.
    package init(
        methods: [Method],
        info: ServiceInfo,
        limits: Limits = Limits(),
        observer: any CallObserver = NoObserver()
    ) {
        let methods = methods + Self.ofSessions
        openRPCDocument = describeService(info, methods: methods + [.discover(answering: Self.undescribed)])
        let all = methods + [.discover(answering: openRPCDocument)]
        self.methods = Dictionary(all.map { (UTF8Text($0.name.description), $0) }) { _, _ in
            preconditionFailure("Cannot tell two methods of one name apart")
        }
        self.limits = limits
        self.observer = observer
        waiting = WaitingRoom(limit: limits.waitingCount, limitsMet: limitsMet)
    }

    /// How many requests wait for something.
    package var waitingCount: Int { waiting.occupancy }

    /// The reply to one message, which is a request or a batch of them.
    package func respond(to message: [UInt8], in session: Session) -> Reply {
        guard message.count > limits.promptByteCount else { return respondNow(to: message, session) }
        return .waiting {
            switch respondNow(to: message, session) {
            case .nothing: nil
            case .ready(let bytes), .refused(_, let bytes): bytes
            case .waiting(let work): await work()
            }
        }
    }

    private func respondNow(to message: [UInt8], _ session: Session) -> Reply {
        let root: JSONValue
        do {
            root = try JSONDocument(parsing: message).root
        } catch {
            return .failure(.parseError(explanation: error.description))
        }
        guard let items = root.array else { return answer(root, session) }
        return answerBatch(items, session)
    }

    // MARK: One request

    private func answer(_ value: JSONValue, _ session: Session) -> Reply {
        do {
            return answer(try Call(value), session)
        } catch {
            return .ready(replyBytes(.failure(.invalidRequest(explanation: error.explanation)), id: error.id))
        }
    }

    private func answer(_ call: Call, _ session: Session) -> Reply {
        let method = methods[call.method]
        let origin = CallOrigin(session, call.envelope)
        do throws(RPCError) {
            guard let method else { throw .methodNotFound(method: call.method.string) }
            switch try self.start(call, of: method, from: origin) {
            case .done(let result):
                report(method, from: origin, error: nil)
                guard call.id != nil else { return .nothing }
                return .ready(limitedReply(.success(result), to: call))
            case .waiting(let timeout, let work):
                return .waiting { await finish(call, of: method, from: origin, within: timeout, work) }
            }
        } catch {
            report(method, from: origin, error: error)
            guard call.id != nil else { return .nothing }
            let bytes = replyBytes(.failure(error), id: call.id)
            // Only who calls can keep a well-formed request from being looked at.
            return [.unauthenticated, .forbidden].contains(error.kind) ? .refused(error.kind, bytes) : .ready(bytes)
        }
    }

    private func start(_ call: Call, of method: Method, from origin: CallOrigin) throws(RPCError) -> Outcome {
        try origin.session.require(method.role)
        return try method.handle(Params(call.params, declared: method.parameters, from: origin))
    }

    private func finish(
        _ call: Call,
        of method: Method,
        from origin: CallOrigin,
        within timeout: Duration?,
        _ work: @escaping @Sendable () async throws(RPCError) -> JSONFragment
    ) async -> [UInt8]? {
        let methodLimit = limits.timeLimits[method.name.description] ?? method.timeLimit
        let timeLimit = min(timeout ?? methodLimit, methodLimit)
        let result = await observer.accompany(method.name, origin) {
            do throws(RPCError) {
                return .success(
                    try await waiting.admit { () async throws(RPCError) in try await within(timeLimit, work) }
                )
            } catch {
                return .failure(error)
            }
        }
        report(method, from: origin, error: result.error, hasWaited: true)
        return call.id == nil ? nil : limitedReply(result, to: call)
    }

    private func report(
        _ method: Method?,
        from origin: CallOrigin,
        error: RPCError?,
        hasWaited: Bool = false
    ) {
        observer.finished(
            FinishedCall(
                method: method?.name,
                origin: origin,
                error: error?.kind,
                incident: error?.incident,
                duration: origin.arrival.duration(to: .now),
                hasWaited: hasWaited
            )
        )
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

    private func answerBatch(_ items: JSONArray, _ session: Session) -> Reply {
        if items.isEmpty { return .failure(.invalidRequest(explanation: "a batch holds at least one request")) }
        guard items.count <= limits.batchCount else {
            limitsMet.count(.batchSize)
            return .failure(.tooLarge(what: "the batch", limit: limits.batchCount, unit: .requests))
        }
        var batch = BatchReplies(byteLimit: limits.replyByteCount)
        for item in items {
            batch.append(answer(item, session))
            if batch.isTooLarge { return .failure(replyTooLarge) }
        }
        guard batch.isWaiting else { return batch.joined().map(Reply.ready) ?? .nothing }
        return .waiting { [batch] in
            let finished = await batch.finished()
            return finished.isTooLarge ? replyBytes(.failure(replyTooLarge), id: nil) : finished.joined()
        }
    }
}

extension RPCError {
    fileprivate var incident: String? {
        if case .internalDefect(let incident) = self { incident } else { nil }
    }
}
