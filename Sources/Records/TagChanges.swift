package import Vocabulary
package import Web

/// What a request wants of a record's tags: `_embedded.tags` replaces the set (null or `[]`
/// empties it),
/// `tags_to_add` and `tags_to_delete` change it.
package struct TagChanges: Sendable {
    package private(set) var replacement: [Tags.Reference]?
    package private(set) var added: [Tags.Reference] = []
    package private(set) var deleted: [Tags.Reference] = []

    package init() {}

    package init(_ object: JSONObject, refusals: inout [any Refusal]) {
        if case .object(let embedded)? = object["_embedded"], let tags = embedded["tags"] {
            replacement = Self.read(tags, "_embedded.tags", &refusals)
        }
        added = object["tags_to_add"].map { Self.read($0, "tags_to_add", &refusals) } ?? []
        deleted = object["tags_to_delete"].map { Self.read($0, "tags_to_delete", &refusals) } ?? []
    }

    package var isEmpty: Bool { replacement == nil && added.isEmpty && deleted.isEmpty }
    /// Names among these are made when they are new.
    package var wanted: [Tags.Reference] { (replacement ?? []) + added }

    /// The record's tags afterwards, in order, each once.
    ///
    /// - Parameter refusals: gets a refusal for an id that is no tag of this kind of record.
    package func applied(
        to current: [Int64], _ tags: Tags.Resolved, refusals: inout [any Refusal]
    ) -> [Int64] {
        var ids: [Int64] = []
        if let replacement {
            for (index, tag) in replacement.enumerated() {
                Self.add(tag, "_embedded.tags.\(index).id", tags, &ids, &refusals)
            }
        } else {
            ids = current
        }
        for (index, tag) in added.enumerated() {
            Self.add(tag, "tags_to_add.\(index).id", tags, &ids, &refusals)
        }
        let gone = Set(deleted.compactMap { tags.id($0) })
        ids.removeAll { gone.contains($0) }
        if ids.count > Tags.perRecord_max {
            refusals.append(FieldRefusal.tooMany("_embedded.tags", Tags.perRecord_max))
        }
        return ids
    }

    private static func add(
        _ tag: Tags.Reference, _ path: String, _ tags: Tags.Resolved, _ ids: inout [Int64],
        _ refusals: inout [any Refusal]
    ) {
        guard let id = tags.id(tag) else {
            refusals.append(FieldRefusal.notAChoice(path))
            return
        }
        if !ids.contains(id) { ids.append(id) }
    }

    private static func read(
        _ json: JSONValue, _ path: String, _ refusals: inout [any Refusal]
    ) -> [Tags.Reference] {
        if json == .null { return [] }
        guard case .array(let list) = json else {
            refusals.append(FieldRefusal.invalidType(path, "array"))
            return []
        }
        guard list.count <= Tags.perRecord_max else {
            refusals.append(FieldRefusal.tooMany(path, Tags.perRecord_max))
            return []
        }
        return list.enumerated().compactMap { index, tag in
            reference(tag, "\(path).\(index)", &refusals)
        }
    }

    private static func reference(
        _ tag: JSONValue, _ path: String, _ refusals: inout [any Refusal]
    ) -> Tags.Reference? {
        if let id = tag.present("id") {
            if case .int(let id) = id { return .id(id) }
            refusals.append(FieldRefusal.invalidType(path + ".id", "int"))
        } else if let name = tag.present("name") {
            guard case .string(let name) = name else {
                refusals.append(FieldRefusal.invalidType(path + ".name", "string"))
                return nil
            }
            if (1...Tags.name_characters_max).contains(name.unicodeScalars.count) {
                return .name(name)
            }
            refusals.append(
                name.isEmpty
                    ? FieldRefusal.missing(path + ".name")
                    : FieldRefusal.tooLong(path + ".name", Tags.name_characters_max))
        } else {
            refusals.append(FieldRefusal.missing(path + ".name"))
        }
        return nil
    }

    /// amoCRM's events for a change of tags: one for all that came, one for all that went.
    package static func events(
        from old: [Int64], to new: [Int64], name: (Int64) -> String?
    ) -> [(type: String, before: JSONValue, after: JSONValue)] {
        func list(_ ids: [Int64]) -> JSONValue {
            .array(ids.map { .made([("tag", .made([("name", .string(name($0) ?? ""))]))]) })
        }
        var events: [(type: String, before: JSONValue, after: JSONValue)] = []
        let came = new.filter { !old.contains($0) }
        let went = old.filter { !new.contains($0) }
        if !came.isEmpty { events.append(("entity_tag_added", .array([]), list(came))) }
        if !went.isEmpty { events.append(("entity_tag_deleted", list(went), .array([]))) }
        return events
    }
}
