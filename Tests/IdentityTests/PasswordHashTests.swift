import FoundationEssentials
import Testing

@testable import Identity

@Suite("A stored password")
struct PasswordHashTests {
    @Test("is written as scrypt with its cost, salt and hash")
    func encoding() throws {
        let hash = try PasswordHash.derive("correct horse", cost: .testing)
        let parts = hash.encoded.split(separator: "$")
        #expect(parts.count == 6)
        #expect(parts[0...3] == ["scrypt", "16", "8", "1"])
        #expect(Data(base64Encoded: String(parts[4]))?.count == 16)
        #expect(Data(base64Encoded: String(parts[5]))?.count == 32)
    }

    /// Source: RFC 7914, 12, the second vector: N = 1024, r = 8, p = 16.
    @Test("is what the RFC says scrypt gives")
    func vector() throws {
        let stored = PasswordHash(
            encoded: "scrypt$1024$8$16$\(Data("NaCl".utf8).base64EncodedString())$"
                + "/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWIu"
                + "rzDZLiKjiG/xCSedmDDaxyevuUqD7m2DYMvfoswGQA=="
        )
        #expect(try stored.matches("password"))
        #expect(!(try stored.matches("passwore")))
    }

    @Test(
        "fits its password alone, whatever the language of it",
        arguments: [
            "correct horse", "пароль с пробелом", "🔑🔑🔑🔑🔑🔑🔑🔑", "a",
            String(repeating: "ы", count: 500),
        ])
    func matching(password: String) throws {
        let hash = try PasswordHash.derive(password, cost: .testing)
        #expect(try hash.matches(password))
        #expect(!(try hash.matches(password + "x")))
        #expect(!(try hash.matches("")))
    }

    @Test("has a salt of its own each time")
    func salts() throws {
        let first = try PasswordHash.derive("same", cost: .testing)
        let second = try PasswordHash.derive("same", cost: .testing)
        #expect(first != second)
    }

    @Test(
        "fits nothing when it is damaged, or asks for more than we would spend",
        arguments: [
            "", "plain", "scrypt$16$8$1$$", "scrypt$16$8$1$c2FsdA==$aGFzaA==",
            "bcrypt$16$8$1$c2FsdA==$c2FsdHNhbHRzYWx0c2FsdA==",
            "scrypt$15$8$1$c2FsdA==$c2FsdHNhbHRzYWx0c2FsdA==",
            "scrypt$-16$8$1$c2FsdA==$c2FsdHNhbHRzYWx0c2FsdA==",
            "scrypt$1048576$64$1$c2FsdA==$c2FsdHNhbHRzYWx0c2FsdA==",
            "scrypt$16$8$1$c2FsdA==$c2FsdHNhbHRzYWx0c2FsdA==$more",
        ])
    func damaged(encoded: String) throws {
        #expect(!(try PasswordHash(encoded: encoded).matches("anything")))
    }

    @Test("is to be made anew once the cost has changed")
    func outdated() throws {
        let hash = try PasswordHash.derive("same", cost: .testing)
        #expect(hash.isOutdated(for: .production))
        #expect(!hash.isOutdated(for: .testing))
    }

    @Test("costs 16 MiB to try, and no more than two are tried at once")
    func memory() {
        #expect(ScryptCost.production.memory_bytes == 16 << 20)
        #expect(ScryptCost.production.isSane)
        #expect(PasswordWork.atOnce == 2)
    }

    @Test("of nobody is refused after the same work")
    func nobody() async throws {
        let work = try PasswordWork(cost: .testing)
        #expect(!(try await work.verify("nobody's password", against: nil)))
        let hash = try await work.hash("mine")
        #expect(try await work.verify("mine", against: hash))
    }
}
