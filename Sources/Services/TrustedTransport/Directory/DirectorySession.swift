public import LDAP
import NIOCore

/// A session with an LDAP server whose certificate the endpoint's policy has accepted: the only way to one. One request at a time.
public actor DirectorySession {
    private let channel: any Channel
    private let timeout: Duration
    private var lastMessageID = 1
    /// Pages that may have no entry.
    private static let emptyPages = 16

    /// Takes over a channel whose TLS is up.
    static func adopt(_ channel: any Channel, timeout: Duration, limit: Int) async throws -> DirectorySession {
        try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.addHandlers(ByteToMessageHandler(DirectoryFraming()), DirectoryConversation(limit: limit))
        }.get()
        return DirectorySession(channel: channel, timeout: timeout)
    }

    private init(channel: any Channel, timeout: Duration) { (self.channel, self.timeout) = (channel, timeout) }

    /// Throws `.result` when the server says no.
    public func bind(_ credentials: LDAPCredentials) async throws(DirectoryFailure) {
        guard case .bind(let result) = try await ask(.bind(credentials)).last?.operation else { throw .unexpected }
        guard result.isSuccess else { throw .result(result) }
    }

    /// What a search found, page by page until `entryLimit`; `isCut` when there is more.
    public func search(
        _ search: LDAPSearch, entryLimit: Int, pageSize: Int = 500
    ) async throws(DirectoryFailure) -> (entries: [LDAPEntry], references: [String], isCut: Bool) {
        var (entries, references): ([LDAPEntry], [String]) = ([], [])
        var search = search
        // One more than wanted tells whether there is more.
        search.sizeLimit = 0
        search.page = .init(size: min(pageSize, entryLimit + 1))
        // A server may send fewer than asked for; one that sends pages without end is not believed.
        for _ in 0...(entryLimit + Self.emptyPages) {
            let answers = try await ask(.search(search))
            for case .entry(let entry) in answers.map(\.operation) { entries.append(entry) }
            for case .reference(let urls) in answers.map(\.operation) { references += urls }
            guard let last = answers.last, case .searchDone(let result) = last.operation else { throw .unexpected }
            if entries.count > entryLimit { return (Array(entries.prefix(entryLimit)), references, true) }
            // 4: the server's own limit.
            if result.code == 4 { return (entries, references, true) }
            guard result.isSuccess else { throw .result(result) }
            guard let cookie = last.pageCookie, !cookie.isEmpty else { return (entries, references, false) }
            search.page?.cookie = cookie
        }
        throw .unexpected
    }

    /// Says goodbye and hangs up.
    public func close() {
        let answer = channel.eventLoop.makePromise(of: [LDAPResponse].self)
        let goodbye = LDAPRequest.unbind.encoded(messageID: lastMessageID + 1)
        channel.writeAndFlush(DirectoryConversation.Question(messageID: 0, bytes: goodbye, answer: answer), promise: nil)
        channel.close(promise: nil)
    }

    /// The messages of the answer, in order; the last ends it.
    private func ask(_ request: LDAPRequest) async throws(DirectoryFailure) -> [LDAPResponse] {
        lastMessageID += 1
        let answer = channel.eventLoop.makePromise(of: [LDAPResponse].self)
        let limit = channel.eventLoop.scheduleTask(in: TimeAmount(timeout)) { answer.fail(DirectoryFailure.silent) }
        defer { limit.cancel() }
        let question = DirectoryConversation.Question(
            messageID: lastMessageID, bytes: request.encoded(messageID: lastMessageID), answer: answer)
        channel.writeAndFlush(question, promise: nil)
        do {
            let channel = channel
            return try await withTaskCancellationHandler {
                try await answer.futureResult.get()
            } onCancel: {
                answer.fail(DirectoryFailure.closed)
                channel.close(promise: nil)
            }
        } catch {
            channel.close(promise: nil)
            throw error as? DirectoryFailure ?? .closed
        }
    }
}

/// What went wrong after the certificate was accepted.
public enum DirectoryFailure: Error, Hashable, Sendable {
    /// The server said no, and why.
    case result(LDAPResult)
    case silent
    case closed
    /// It sent what is no LDAP, or no answer to the question.
    case unexpected
    case overLimit(bytes: Int)
}

/// Cuts what comes into messages.
private struct DirectoryFraming: ByteToMessageDecoder {
    typealias InboundOut = ByteBuffer

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        guard let length = try LDAPResponse.length(beginning: buffer.readableBytesView), let message = buffer.readSlice(length: length)
        else { return .needMoreData }
        context.fireChannelRead(wrapInboundOut(message))
        return .continue
    }

    mutating func decodeLast(context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool) throws -> DecodingState {
        try decode(context: context, buffer: &buffer)
    }
}

/// Sends a question and gathers its answer.
private final class DirectoryConversation: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Question
    typealias OutboundOut = ByteBuffer

    struct Question: Sendable {
        var messageID: Int
        var bytes: [UInt8]
        var answer: EventLoopPromise<[LDAPResponse]>
    }

    private let limit: Int
    private var current: Question?
    private var gathered: [LDAPResponse] = []
    private var octets = 0

    /// - Parameter limit: octets of all answers of a session.
    init(limit: Int) { self.limit = limit }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let question = unwrapOutboundIn(data)
        guard context.channel.isActive, current == nil else {
            question.answer.fail(DirectoryFailure.closed)
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        (current, gathered) = (question, [])
        context.write(wrapOutboundOut(context.channel.allocator.buffer(bytes: question.bytes)), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Array(unwrapInboundIn(data).readableBytesView)
        guard let question = current else { return context.close(promise: nil) }  // nobody asked
        octets += bytes.count
        guard octets <= limit else { return fail(.overLimit(bytes: octets), context) }
        guard let response = try? LDAPResponse(bytes[...]) else { return fail(.unexpected, context) }
        guard response.messageID == question.messageID else {
            // 0: it tells that it goes away, and why (RFC 4511 §4.4.1).
            if response.messageID == 0, case .extended(let result, _) = response.operation { return fail(.result(result), context) }
            return fail(.unexpected, context)
        }
        gathered.append(response)
        switch response.operation {
        case .entry, .reference: return
        case .bind, .searchDone, .extended:
            current = nil
            question.answer.succeed(gathered)
            gathered = []
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(error is LDAPError ? .unexpected : .closed, context) }

    func channelInactive(context: ChannelHandlerContext) {
        fail(.closed, context)
        context.fireChannelInactive()
    }

    private func fail(_ failure: DirectoryFailure, _ context: ChannelHandlerContext) {
        current?.answer.fail(failure)
        current = nil
        context.close(promise: nil)
    }
}
