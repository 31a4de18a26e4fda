import FoundationEssentials
import Testing
import Vocabulary

@testable import Identity

@Suite("The form of a new company")
struct FormTests {
    private func refusals(
        company: String = "Аврора", slug: String = "avrora", name: String = "Анна Ким",
        email: String = "anna@avrora.example", password: String = "long enough 1"
    ) -> [String: String] {
        do {
            _ = try NewCompany(
                company: company, slug: slug, name: name, email: email, password: password,
                language: .ru)
            return [:]
        } catch let batch as BatchRefusal {
            let pairs = batch.items.flatMap(\.refusals).map { ($0.path, $0.code) }
            return Dictionary(pairs) { first, _ in first }
        } catch {
            Issue.record(error)
            return [:]
        }
    }

    @Test("is taken when all is well, in any script")
    func good() throws {
        #expect(refusals().isEmpty)
        #expect(refusals(company: "مثال", name: "José 👩‍💻").isEmpty)
        let new = try NewCompany(
            company: "  Аврора ", slug: " Avrora ", name: "Анна", email: " Anna@Avrora.Example ",
            password: "long enough 1", language: .ru)
        #expect(new.company == "Аврора")
        #expect(new.slug == "avrora")
        #expect(new.email.text == "anna@avrora.example")
    }

    @Test("names every field that is wrong, not just the first")
    func all() {
        #expect(
            refusals(company: " ", slug: "-", name: "", email: "nobody", password: "short") == [
                "company": "NotBlank", "slug": "TooShort", "name": "NotBlank",
                "email": "InvalidValue", "password": "TooShort",
            ])
    }

    @Test(
        "refuses an address that DNS, or a reader, would mistake",
        arguments: [
            "-salon", "salon-", "sa lon", "салон", "sa_lon", "sa.lon", "xn--80ak6aa92e", "salon\0x",
            "salon'; DROP TABLE users; --", "🙂🙂🙂",
        ])
    func badSlug(slug: String) {
        #expect(refusals(slug: slug) == ["slug": "InvalidValue"])
    }

    @Test("refuses names that are ours", arguments: ["www", "API", "admin", "voronka", "sign-in"])
    func reserved(slug: String) {
        #expect(refusals(slug: slug) == ["slug": "NotUnique"])
    }

    @Test("refuses an address of 64 letters")
    func longSlug() {
        #expect(refusals(slug: String(repeating: "a", count: 64)) == ["slug": "TooLong"])
        #expect(refusals(slug: String(repeating: "a", count: 63)).isEmpty)
    }

    @Test(
        "refuses what cannot be an e-mail",
        arguments: [
            "", "anna", "anna@", "@avrora.example", "a@b@c.d", "anna@avrora", "anna@.example",
            "an na@avrora.example", "anna@avrora.example\u{0}", "anna@avrora..example",
            "<anna@avrora.example>", "anna@avrora.example, b@c.de",
        ])
    func badEmail(email: String) {
        #expect(refusals(email: email).keys.sorted() == ["email"])
    }

    @Test(
        "refuses texts with NUL, line breaks or bidirectional overrides",
        arguments: [
            "Ав\0рора", "Ав\nрора", "Ав\u{202E}рора", "Ав\u{2066}рора",
        ])
    func controls(name: String) {
        #expect(refusals(company: name + "x") == ["company": "InvalidValue"])
    }

    @Test("refuses a name of 256 characters, and one of 5,000")
    func long() {
        #expect(refusals(name: String(repeating: "я", count: 256)) == ["name": "TooLong"])
        #expect(refusals(name: String(repeating: "я", count: 5_000)) == ["name": "TooLong"])
        #expect(refusals(name: String(repeating: "я", count: 255)).isEmpty)
    }

    @Test(
        "refuses passwords that are guessed at once",
        arguments: [
            "password", "12345678", "QWERTY123", "aaaaaaaaaa", "anna@avrora.example", "abababab",
        ])
    func common(password: String) {
        #expect(refusals(password: password) == ["password": "TooCommon"])
    }

    @Test("refuses a password with NUL, and one of a megabyte")
    func oddPasswords() {
        #expect(refusals(password: "long\0enough") == ["password": "InvalidValue"])
        #expect(
            refusals(password: String(repeating: "ab1", count: 400_000)) == ["password": "TooLong"])
    }
}

@Suite("Small words")
struct SmallWordTests {
    @Test(
        "Initials are the first letters of two words",
        arguments: [
            ("Анна Ким", "АК"), ("илья", "И"), ("Anna Maria Lopez", "AM"), ("", ""),
            ("«Ёлка» (опт)", "ЁО"),
        ])
    func initials(name: String, expected: String) { #expect(Initials.of(name) == expected) }

    @Test(
        "An offset of a time zone has hours and minutes",
        arguments: [
            (Int64(180), "+03:00"), (0, "+00:00"), (-210, "-03:30"), (345, "+05:45"),
        ])
    func offset(minutes: Int64, expected: String) { #expect(Identity.offset(minutes) == expected) }

    @Test(
        "An IPv6 customer is one address whatever host he takes",
        arguments: [
            ("2001:db8:1:2:3:4:5:6", "address:2001:db8:1:2::/64"),
            ("2001:db8:1:2::7", "address:2001:db8:1:2::/64"), ("::1", "address:0:0:0:0::/64"),
            ("203.0.113.9", "address:203.0.113.9"),
            ("::ffff:203.0.113.9", "address:::ffff:203.0.113.9"),
            ("", "address:"),
        ])
    func addressKey(address: String, key: String) {
        #expect(SignInThrottle.addressKey(address) == key)
    }

    @Test("A cookie's secret has 256 bits, and no two are alike")
    func secrets() {
        let secrets = Set((0..<100).map { _ in OpaqueSecret.make() })
        #expect(secrets.count == 100)
        #expect(secrets.allSatisfy { OpaqueSecret.isWellFormed($0) })
        for odd in [
            "", "short", String(repeating: "а", count: 43), String(repeating: "=", count: 43),
        ] {
            #expect(!OpaqueSecret.isWellFormed(odd))
        }
    }

    @Test("What must be forgotten survives NOTIFY, and what is not understood is nothing")
    func invalidations() {
        let all: [Invalidation] = [
            .user(7), .tenant(1000), .token(UUID()), .session(SecretDigest("x")),
        ]
        for one in all { #expect(Invalidation(payload: one.payload) == one) }
        for odd in ["", "user", "user:x", "moon:1", "token:1"] {
            #expect(Invalidation(payload: odd) == nil)
        }
    }
}
