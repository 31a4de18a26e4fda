import HTTPTypes
package import Hummingbird
import NIOCore
package import Vocabulary

/// The largest JSON body.
package let jsonBody_max = 1 << 20

extension Request {
    /// The body as JSON.
    /// - Throws: 413 above `limit`, 415 for another content type, 400 for anything that is not
    ///   strict JSON.
    package func json(limit: Int = jsonBody_max) async throws -> JSONValue {
        if let type = headers[.contentType], !Self.isJSON(type) {
            throw Problem(.unsupportedMediaType)
        }
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw Problem.tooLarge(limit)
        }
        let bytes = try await wholeBody(limit: limit)
        do {
            return try JSONParser.parse(bytes)
        } catch {
            throw error.refusal
        }
    }

    /// - Throws: 413 above `limit`. When the rest never comes, a refusal that nobody is there to
    ///   read: it is no fault of ours.
    func wholeBody(limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            for try await part in body {
                if bytes.count + part.readableBytes > limit { throw Problem.tooLarge(limit) }
                bytes.append(contentsOf: part.readableBytesView)
            }
        } catch let error as CancellationError {
            throw error
        } catch let problem as Problem {
            throw problem
        } catch is ConnectionGuard.BodyTooLate {
            throw Problem(.requestTimeout)
        } catch {
            throw Problem(.badRequest)
        }
        return bytes
    }

    private static func isJSON(_ type: String) -> Bool {
        let name = type.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        return name == "application/json" || name == "application/hal+json"
            || name.hasSuffix("+json")
    }

    /// The version that the client has seen: `If-Match: "v7"`. nil: no such header, or `*`.
    /// - Throws: 400 when it is not one of our tags.
    package func ifMatchVersion() throws(FieldRefusal) -> Int64? {
        guard let tag = headers[.ifMatch], tag != "*" else { return nil }
        if tag.hasPrefix("\"v"), tag.hasSuffix("\""),
            let version = Int64(tag.dropFirst(2).dropLast())
        {
            return version
        }
        throw FieldRefusal(
            "If-Match",
            Text(
                ru: "Ожидается версия записи, например \"v7\".",
                en: "A version such as \"v7\" is expected."))
    }
}

extension JSONError {
    /// Names the field when it was a field; an item of a batch is called by its index.
    var refusal: any Error {
        var path = path
        var requestID = "0"
        if let first = path.first, Int(first) != nil {
            requestID = first
            path.removeFirst()
        }
        let refusal = FieldRefusal(path.joined(separator: "."), code: code, detail)
        return BatchRefusal([.init(requestID: requestID, refusals: [refusal])])
    }

    private var code: String {
        switch reason {
        case .syntax, .tooDeep: "InvalidJSON"
        case .invalidUTF8, .loneSurrogate: "InvalidEncoding"
        case .nulCharacter, .numberOutOfRange: "InvalidValue"
        }
    }

    private var detail: Text {
        switch reason {
        case .syntax:
            Text(ru: "Это не JSON (байт \(offset)).", en: "This is not JSON (byte \(offset)).")
        case .invalidUTF8, .loneSurrogate:
            Text(ru: "Текст не в кодировке UTF-8.", en: "The text is not valid UTF-8.")
        case .nulCharacter:
            Text(ru: "Нулевой символ недопустим.", en: "The NUL character is not allowed.")
        case .tooDeep:
            Text(
                ru: "Вложенность больше \(JSONParser.depth_max).",
                en: "Nested deeper than \(JSONParser.depth_max).")
        case .numberOutOfRange:
            Text(ru: "Число слишком велико.", en: "The number is out of range.")
        }
    }
}
