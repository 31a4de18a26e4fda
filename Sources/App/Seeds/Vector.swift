extension DemoCompany {
    /// «Вектор», industrial equipment for companies: few sales, large sums, long cycles.
    static let vector = DemoCompany(
        slug: "vector", name: "Вектор", subtitle: "Промышленное оборудование",
        people: [
            Person(
                name: "Сергей Волков", email: "sergey.volkov@vector.example",
                role: .administrator, hue: 240),
            Person(
                name: "Оксана Мороз", email: "oksana.moroz@vector.example",
                role: .headOfSales, hue: 320),
            Person(
                name: "Никита Базаров", email: "nikita.bazarov@vector.example",
                role: .seller, hue: 60),
            Person(
                name: "Лев Аксёнов", email: "lev.aksenov@vector.example", role: .seller, hue: 155),
        ],
        pipelines: [
            Pipeline(
                name: "Продажи", color: "violet",
                stages: [
                    Stage(
                        name: "Запрос", hue: "slate", color: "#e6e8ea", probability: 10,
                        rotDays: 4, usualDays: 3),
                    Stage(
                        name: "Обследование", hue: "blue", color: "#d6eaff", probability: 25,
                        rotDays: 14, usualDays: 7),
                    Stage(
                        name: "Предложение", hue: "violet", color: "#ccc8f9", probability: 45,
                        rotDays: 14, usualDays: 9),
                    Stage(
                        name: "Договор", hue: "amber", color: "#ffdc7f", probability: 75,
                        rotDays: 14, usualDays: 8),
                    Stage(
                        name: "Поставка", hue: "teal", color: "#87f2c0", probability: 95,
                        rotDays: 30, usualDays: 15),
                ]),
            Pipeline(
                name: "Сервис", color: "teal",
                stages: [
                    Stage(
                        name: "Заявка", hue: "slate", color: "#e6e8ea", probability: 40,
                        rotDays: 2, usualDays: 1),
                    Stage(
                        name: "Диагностика", hue: "blue", color: "#d6eaff", probability: 60,
                        rotDays: 5, usualDays: 3),
                    Stage(
                        name: "Ремонт", hue: "amber", color: "#ffdc7f", probability: 90,
                        rotDays: 10, usualDays: 6),
                ]),
        ],
        lossReasons: [
            "Цена", "Срок поставки", "Проиграли тендер", "Проект отложен", "Нет бюджета",
        ],
        fields: [
            Field(
                entity: "deal", name: "Тип оборудования", kind: "select",
                options: ["Насосы", "Компрессоры", "Станки", "Вентиляция", "Автоматика"]),
            Field(entity: "deal", name: "Срок поставки", kind: "date"),
            Field(entity: "deal", name: "Тендер", kind: "checkbox"),
            Field(entity: "deal", name: "Мощность, кВт", kind: "numeric"),
            Field(entity: "company", name: "ИНН", kind: "text"),
        ],
        tags: [("VIP", "FFCE5A"), ("Тендер", "A9A5D7"), ("Сервис", "90CDB0")],
        monthGoal: 30_000_000,
        openDeals: vectorDeals,
        offers: [
            ("Насосная группа", 5_200_000), ("Компрессор винтовой", 1_850_000),
            ("Шкаф управления", 320_000), ("Сервисный договор, год", 940_000),
            ("Станция фильтрации", 6_400_000), ("Запасные части", 210_000),
            ("Вентиляция цеха", 2_900_000), ("Пусконаладка", 760_000),
        ],
        notes: [
            "Решение принимает главный инженер, бюджет согласует Москва.",
            "Конкурент дал срок 14 недель, мы можем за 9.",
            "Нужен выезд: чертежи устарели, фундамент другой.",
            "Просят отсрочку 30 % на 45 дней после пуска.",
            "Готовы платить аванс, если шеф-монтаж войдёт в цену.",
        ],
        taskTexts: [
            "Отправить коммерческое предложение", "Согласовать техническое задание",
            "Проверить оплату аванса", "Выезд на замер", "Подписать спецификацию",
        ],
        clientCompanies: [
            "АО «Уралмаш-Деталь»", "ООО «Родник»", "МУП «Водоканал»", "ООО «ТехноПресс»",
            "АО «Теплосеть»", "ООО «Логистик-Юг»", "АО «Сибирские воды»", "ООО «Дата-Парк»",
        ],
        seed: 20_260_202)
}
