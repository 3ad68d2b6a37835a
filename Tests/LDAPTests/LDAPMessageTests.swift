import Foundation
import Testing

@testable import LDAP

func octets(_ hexadecimal: String) -> [UInt8] {
    let digits = hexadecimal.filter { !$0.isWhitespace }.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

@Suite("Messages are written and read as RFC 4511 says") struct LDAPMessageTests {
    @Test func requests() throws {
        #expect(
            LDAPRequest.startTLS.encoded(messageID: 1)
                == octets("30 1d 02 01 01 77 18 80 16") + Array("1.3.6.1.4.1.1466.20037".utf8))
        let credentials = try #require(LDAPCredentials(name: "cn=a", password: "pw"))
        #expect(
            LDAPRequest.bind(credentials).encoded(messageID: 2)
                == octets("30 12 02 01 02 60 0d 02 01 03 04 04 63 6e 3d 61 80 02 70 77"))
        #expect(LDAPRequest.bind(.anonymous).encoded(messageID: 3) == octets("30 0c 02 01 03 60 07 02 01 03 04 00 80 00"))
        #expect(LDAPRequest.unbind.encoded(messageID: 200) == octets("30 06 02 02 00 c8 42 00"))
        var search = LDAPSearch(base: "dc=x", scope: .oneLevel, filter: .anything, attributes: ["cn"])
        #expect(
            LDAPRequest.search(search).encoded(messageID: 4)
                == octets("30 2d 02 01 04 63 28 04 04 64 63 3d 78 0a 01 01 0a 01 00 02 01 00 02 01 00 01 01 00 87 0b")
                + Array("objectClass".utf8) + octets("30 04 04 02 63 6e"))
        search.page = .init(size: 500)
        let paged = LDAPRequest.search(search).encoded(messageID: 4)
        let control = octets("a0 24 30 22 04 16") + Array("1.2.840.113556.1.4.319".utf8) + octets("04 08 30 06 02 02 01 f4 04 00")
        #expect(Array(paged.suffix(control.count)) == control)
    }

    @Test func aNameWithoutAPasswordIsNoLogin() {
        #expect(LDAPCredentials(name: "cn=a", password: "") == nil)
        #expect(LDAPCredentials(name: "", password: "pw") == nil)
        let credentials = LDAPCredentials(name: "cn=a", password: "geheim")
        #expect(!"\(String(describing: credentials)) \(String(reflecting: credentials))".contains("geheim"))
    }

    @Test func responses() throws {
        // As Active Directory writes them: four octets of length everywhere.
        let bind = octets("30 84 00 00 00 10 02 01 02 61 84 00 00 00 07 0a 01 31 04 00 04 00")
        #expect(try LDAPResponse.length(beginning: bind) == bind.count)
        let response = try LDAPResponse(bind[...])
        #expect(response == LDAPResponse(messageID: 2, operation: .bind(LDAPResult(code: 49))))
        guard case .bind(let result) = response.operation else { return }
        #expect(result.name == "invalidCredentials" && !result.isSuccess)

        let entry = octets("30 1b 02 01 05 64 16 04 04 64 63 3d 78 30 0e 30 0c 04 02 63 6e 31 06 04 01 61 04 01 62")
        #expect(
            try LDAPResponse(entry[...]).operation
                == .entry(LDAPEntry(name: "dc=x", attributes: [.init(type: "cn", values: [[0x61], [0x62]])])))
        let reference = octets("30 0f 02 01 05 73 0a 04 08 6c 64 61 70 3a 2f 2f 62")
        #expect(try LDAPResponse(reference[...]).operation == .reference(["ldap://b"]))
        // The ends of the last page and of one before it, with the cookie "ab".
        func page(_ lengths: String, _ value: String) -> [UInt8] {
            let (outer, list, control) = (lengths.prefix(2), lengths.dropFirst(2).prefix(2), lengths.suffix(2))
            return octets("30 \(outer) 02 01 05 65 07 0a 01 00 04 00 04 00 a0 \(list) 30 \(control) 04 16")
                + Array("1.2.840.113556.1.4.319".utf8) + octets(value)
        }
        #expect(try LDAPResponse(page("312321", "04 07 30 05 02 01 00 04 00")[...]).pageCookie == [])
        #expect(try LDAPResponse(page("332523", "04 09 30 07 02 01 00 04 02 61 62")[...]).pageCookie == [0x61, 0x62])
        #expect(try LDAPResponse(bind[...]).pageCookie == nil)
        // Notice of disconnection (RFC 4511 §4.4.1).
        let notice = octets("30 24 02 01 00 78 1f 0a 01 34 04 00 04 00 8a 16") + Array("1.3.6.1.4.1.1466.20036".utf8)
        #expect(
            try LDAPResponse(notice[...])
                == LDAPResponse(messageID: 0, operation: .extended(LDAPResult(code: 52), name: "1.3.6.1.4.1.1466.20036")))
    }

    @Test func lengths() throws {
        #expect(try LDAPResponse.length(beginning: []) == nil)
        #expect(try LDAPResponse.length(beginning: [0x30]) == nil)
        #expect(try LDAPResponse.length(beginning: [0x30, 0x05]) == 7)
        #expect(try LDAPResponse.length(beginning: [0x30, 0x82, 0x01]) == nil)
        #expect(try LDAPResponse.length(beginning: [0x30, 0x82, 0x01, 0x00, 9]) == 260)
        #expect(throws: LDAPError.malformed(field: "LDAPMessage")) { try LDAPResponse.length(beginning: Array("HTTP/1.1".utf8)) }
        #expect(throws: LDAPError.malformed(field: "LDAPMessage")) { try LDAPResponse.length(beginning: [0x30, 0x80]) }
        #expect(throws: LDAPError.self) { try LDAPResponse.length(beginning: [0x30, 0x84, 0x7F, 0xFF, 0xFF, 0xFF]) }
        #expect(throws: LDAPError.self) { try LDAPResponse.length(beginning: [0x30, 0x88] + [UInt8](repeating: 0xFF, count: 8)) }
    }

    /// Cut and changed in every octet: an error or another message, never a trap.
    @Test func damage() {
        let messages = [
            octets("30 1b 02 01 05 64 16 04 04 64 63 3d 78 30 0e 30 0c 04 02 63 6e 31 06 04 01 61 04 01 62"),
            octets("30 33 02 01 05 65 07 0a 01 00 04 00 04 00 a0 25 30 23 04 16") + Array("1.2.840.113556.1.4.319".utf8)
                + octets("04 09 30 07 02 01 00 04 02 61 62"),
        ]
        for message in messages {
            for count in 0..<message.count { #expect(throws: LDAPError.self) { try LDAPResponse(message[..<count]) } }
            for index in message.indices {
                for value in 0...255 as ClosedRange<UInt8> {
                    var changed = message
                    changed[index] = value
                    _ = try? LDAPResponse(changed[...])
                    _ = try? LDAPResponse.length(beginning: changed)
                }
            }
        }
    }
}

@Suite("Entries become LDIF") struct LDIFTests {
    @Test func valuesThatAreNoPlainTextAreEncoded() {
        let entry = LDAPEntry(
            name: "cn=a",
            attributes: [
                .init(type: "cn", values: [Array("a".utf8), Array("Müller".utf8), Array(" b".utf8), Array("c ".utf8), []]),
                .init(type: "photo", values: [[0, 1, 255]]),
            ])
        #expect(LDIF.text([entry, entry]).components(separatedBy: "\n\n").count == 2)
        #expect(LDIF.text([entry]) == "dn: cn=a\ncn: a\ncn:: TcO8bGxlcg==\ncn:: IGI=\ncn:: YyA=\ncn: \nphoto:: AAH/\n")
    }
}
