extension DemoCompany {
    /// The beauty studios «Аврора»: private clients, many small sales, some corporate ones.
    static let salon = DemoCompany(
        slug: "salon", name: "Аврора", subtitle: "Студии красоты",
        people: [
            Person(
                name: "Анна Ким", email: "anna.kim@salon.example", role: .administrator, hue: 12),
            Person(
                name: "Илья Орлов", email: "ilya.orlov@salon.example", role: .headOfSales, hue: 240),
            Person(
                name: "Мария Лебедева", email: "maria.lebedeva@salon.example", role: .seller,
                hue: 320),
            Person(
                name: "Полина Седова", email: "polina.sedova@salon.example", role: .seller, hue: 155
            ),
        ],
        pipelines: [
            Pipeline(
                name: "Услуги", color: "blue",
                stages: [
                    Stage(
                        name: "Новая заявка", hue: "slate", color: "#e6e8ea", probability: 15,
                        rotDays: 2, usualDays: 1),
                    Stage(
                        name: "Консультация", hue: "blue", color: "#d6eaff", probability: 30,
                        rotDays: 5, usualDays: 2),
                    Stage(
                        name: "Подбор программы", hue: "violet", color: "#ccc8f9", probability: 50,
                        rotDays: 7, usualDays: 4),
                    Stage(
                        name: "Договор", hue: "amber", color: "#ffdc7f", probability: 75,
                        rotDays: 6, usualDays: 3),
                    Stage(
                        name: "Предоплата", hue: "green", color: "#deff81", probability: 90,
                        rotDays: 5, usualDays: 2),
                ]),
            Pipeline(
                name: "Абонементы", color: "green",
                stages: [
                    Stage(
                        name: "Заканчивается", hue: "slate", color: "#e6e8ea", probability: 40,
                        rotDays: 7, usualDays: 4),
                    Stage(
                        name: "Предложили продлить", hue: "blue", color: "#d6eaff",
                        probability: 60, rotDays: 7, usualDays: 3),
                    Stage(
                        name: "Выбирает программу", hue: "teal", color: "#87f2c0",
                        probability: 75, rotDays: 7, usualDays: 3),
                ]),
            Pipeline(
                name: "Корпоративные", color: "orange",
                stages: [
                    Stage(
                        name: "Знакомство", hue: "slate", color: "#e6e8ea", probability: 10,
                        rotDays: 10, usualDays: 5),
                    Stage(
                        name: "Предложение", hue: "blue", color: "#d6eaff", probability: 35,
                        rotDays: 10, usualDays: 6),
                    Stage(
                        name: "Согласование", hue: "violet", color: "#ccc8f9", probability: 60,
                        rotDays: 14, usualDays: 8),
                    Stage(
                        name: "Счёт выставлен", hue: "amber", color: "#ffdc7f", probability: 85,
                        rotDays: 10, usualDays: 5),
                ]),
        ],
        lossReasons: [
            "Дорого", "Выбрали других", "Не дозвонились", "Передумали", "Нет удобного времени",
        ],
        fields: [
            Field(
                entity: "deal", name: "Услуги", kind: "multiselect",
                options: ["Макияж", "Укладка", "Уход", "Окрашивание", "Маникюр", "Лазер"]),
            Field(entity: "deal", name: "Дата визита", kind: "date"),
            Field(
                entity: "deal", name: "Студия", kind: "select",
                options: ["Патриаршие", "Сокол", "Таганка"]),
            Field(entity: "deal", name: "Кампания", kind: "text"),
            Field(entity: "deal", name: "Нужна парковка", kind: "checkbox"),
            Field(entity: "contact", name: "День рождения", kind: "date"),
            Field(entity: "contact", name: "Аллергии", kind: "text"),
        ],
        tags: [
            ("VIP", "FFCE5A"), ("Свадьба", "FF8F92"), ("Опт", "AABDFF"), ("Повторный", "90CDB0"),
            ("Рассрочка", "A9A5D7"),
        ],
        monthGoal: 2_000_000,
        openDeals: salonDeals,
        offers: [
            ("Окрашивание и уход", 14_500), ("Курс лазерной эпиляции", 48_000),
            ("Вечерний образ", 11_200), ("Программа «Сияние»", 96_000),
            ("Коррекция бровей", 3_800), ("Перманент: губы и брови", 31_000),
            ("Антивозрастной уход", 128_000), ("Абонемент «Лазер ×10»", 74_000),
            ("Восстановление волос", 39_900), ("Свадебный образ", 68_000),
            ("Массаж лица, абонемент ×5", 22_500), ("Маникюр, сертификат", 9_000),
            ("Уход для двоих", 26_000), ("Косметология, курс", 112_000),
        ],
        notes: [
            "Просит естественный тон, без накладных ресниц.",
            "Удобно после 18:00, в будни. Парковка нужна.",
            "Сравнивает с соседней студией, для неё важна рассрочка.",
            "Аллергия на лаванду: предупредить мастера.",
            "Пришла по рекомендации Ольги, обещали скидку на первый визит.",
            "Отправила примеры работ, ждёт цены за курс.",
            "Хочет к Марии, готова подождать свободное окно.",
        ],
        taskTexts: [
            "Позвонить и согласовать дату", "Отправить программу и цены", "Напомнить о предоплате",
            "Подготовить договор", "Уточнить пожелания к образу", "Подтвердить запись",
        ],
        clientCompanies: [
            "ООО «Северный мост»", "АО «Вектор»", "ООО «Техносфера»", "ООО «Линия вкуса»",
            "Студия «Бархат»", "ООО «Гамма»", "Школа № 57", "ИП Кравцова",
        ],
        seed: 20_260_101)
}
