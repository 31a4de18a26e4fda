import Hummingbird
import Tenancy
import Vocabulary
import Web

/// `GET /api/v4/currencies`: those that a company may reckon in. Source: amocrm-api, 16.4.
extension Identity {
    static let symbols = [
        "RUB": "₽", "USD": "$", "EUR": "€", "KZT": "₸", "UAH": "₴", "BYN": "Br", "GBP": "£",
    ]

    func addCurrencyRoutes(_ api: some RouterMethods<TenantContext>) {
        api.get("currencies") { request, context in
            let query = try Query(request)
            let (page, limit) = (try query.page(), try query.limit())
            let codes = Self.symbols.keys.sorted()
            let shown = codes.dropFirst((page - 1) * limit).prefix(limit)
            var writer = JSONWriter()
            writer.array { writer in
                for code in shown {
                    writer.object { writer in
                        writer.field("code", code)
                        writer.field("symbol", Self.symbols[code] ?? code)
                    }
                }
            }
            return HAL.list(
                String(buffer: writer.buffer), count: shown.count, named: "currencies", page: page,
                hasNext: page * limit < codes.count, request: request, context: context)
        }
    }
}
