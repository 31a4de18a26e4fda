/// Russian first and last names whose genders agree, and their Latin spelling for e-mail addresses.
enum DemoNames {
    private static let women = [
        "Ксения", "Алина", "Вера", "Наталья", "Полина", "Светлана", "Ирина", "Диана", "Марина",
        "Ольга", "Лариса", "Алёна", "Кира", "Елена", "Татьяна", "Юлия", "Дарья", "Виктория",
    ]
    private static let men = [
        "Тимур", "Олег", "Егор", "Глеб", "Роман", "Павел", "Денис", "Артём", "Максим", "Игорь",
    ]
    /// Surname stems that take «-ов/-ова», «-ев/-ева», «-ин/-ина».
    private static let surnames = [
        "Быстров", "Поляков", "Гафаров", "Ильясов", "Серов", "Ежов", "Тарасов", "Нестеров", "Зуев",
        "Титов", "Дёмин", "Ершов", "Савельев", "Громов", "Дьяков", "Соколов", "Лебедев", "Орлов",
        "Панин", "Ларин", "Фомин", "Медведев", "Гусев", "Киселёв", "Макаров", "Жуков", "Фролов",
    ]

    static func person(_ random: inout SeedRandom, women share: Int) -> String {
        let surname = random.pick(surnames)
        return random.chance(share)
            ? "\(random.pick(women)) \(surname)а" : "\(random.pick(men)) \(surname)"
    }

    private static let latin: [Character: String] = [
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z",
        "и": "i", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
        "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "c", "ч": "ch", "ш": "sh",
        "щ": "sch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya", " ": ".",
    ]

    static func email(_ name: String, _ number: Int) -> String {
        let local = name.lowercased().map { latin[$0] ?? "" }.joined()
        return "\(local)\(number)@mail.example"
    }

    /// «ООО «Северный мост»» → severnyy-most.example
    static func domain(_ company: String) -> String {
        let quoted = company.drop { $0 != "«" }.dropFirst().prefix { $0 != "»" }
        let name = quoted.isEmpty ? company[...] : quoted
        let label = name.lowercased().map { letter in
            letter == " " ? "-" : latin[letter] ?? (letter.isASCII ? String(letter) : "")
        }
        return label.joined().split(separator: "-").joined(separator: "-") + ".example"
    }

    /// A number in Moscow, of the same range.
    static func officePhone(_ number: Int) -> String {
        let tail = String(1_000 + number % 9_000)
        return "+7495000" + tail
    }

    /// Numbers of the range 000-xx-xx, which no operator gives out.
    static func phone(_ number: Int) -> String {
        let tail = String(number % 10_000)
        let area = 900 + (number / 10_000) % 100
        return "+7\(area)000" + String(repeating: "0", count: 4 - tail.count) + tail
    }
}
