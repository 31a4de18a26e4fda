package import Vocabulary

/// Bodies that are a list of items (amocrm-api 1.5): all are read before any is carried out.
package enum Batch {
    /// The most items that one request may carry.
    package static let items_max = 250

    /// One item, and what the client calls it.
    package struct Item<Value> {
        package let requestID: String
        package let value: Value

        package init(requestID: String, value: Value) {
            self.requestID = requestID
            self.value = value
        }
    }

    /// Reads every item. When one of them is wrong, the whole batch is refused with everything
    /// that is wrong.
    ///
    /// - Parameter read: gives nil, or throws a `Refusal`, for an item that cannot be taken.
    package static func items<Value>(
        _ body: JSONValue, max: Int = items_max,
        _ read: (inout FieldReader) throws -> Value?
    ) throws -> [Item<Value>] {
        guard let values = body.array else {
            throw FieldRefusal(
                "", code: "InvalidType",
                Text(ru: "Тело запроса должно быть списком.", en: "The body should be an array."))
        }
        guard values.count <= max else {
            throw FieldRefusal(
                "", code: "TooMany",
                Text(
                    ru: "Не больше \(max) записей в одном запросе.",
                    en: "At most \(max) items in one request."))
        }
        var items: [Item<Value>] = []
        var refused: [BatchRefusal.Item] = []
        items.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            guard let object = value.object else {
                let refusal = FieldRefusal(
                    "", code: "InvalidType",
                    Text(ru: "Это должен быть объект.", en: "This should be an object."))
                refused.append(.init(requestID: String(index), refusals: [refusal]))
                continue
            }
            let requestID = Self.requestID(object, index)
            var reader = FieldReader(object)
            var item: Value?
            do {
                item = try read(&reader)
            } catch let refusal as any Refusal {
                reader.refuse(refusal)
            }
            if let item, reader.refusals.isEmpty {
                items.append(Item(requestID: requestID, value: item))
            } else {
                refused.append(.init(requestID: requestID, refusals: reader.refusals))
            }
        }
        if !refused.isEmpty { throw BatchRefusal(refused) }
        return items
    }

    /// The same for a body that is one object, the record of the path.
    ///
    /// - Throws: `BatchRefusal` with everything that is wrong; `NotFound` when nothing is, and
    ///   `read` gives nil.
    package static func item<Value>(
        _ body: JSONValue, _ read: (inout FieldReader) throws -> Value?
    ) throws -> Item<Value> {
        var reader = try body.reader()
        let value = try read(&reader)
        let requestID = Self.requestID(reader.object, 0)
        try reader.finish(requestID: requestID)
        guard let value else { throw NotFound() }
        return Item(requestID: requestID, value: value)
    }

    /// The client's own `request_id`, or the index. Always a string, byte for byte (amocrm-api
    /// 1.5).
    package static func requestID(_ object: JSONObject, _ index: Int) -> String {
        switch object["request_id"] {
        case .string(let text): text
        case .int(let number): String(number)
        default: String(index)
        }
    }
}

extension JSONValue {
    /// The reader of a body that is one object.
    package func reader() throws(FieldRefusal) -> FieldReader {
        guard let object else {
            throw FieldRefusal(
                "", code: "InvalidType",
                Text(ru: "Тело запроса должно быть объектом.", en: "The body should be an object."))
        }
        return FieldReader(object)
    }
}
