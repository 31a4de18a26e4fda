extension DemoCompany {
    /// stage, name, contact, company, amount in roubles, channel, tag, owner, age in hours, task.
    static let vectorDeals: [OpenDeal] = [
        OpenDeal(
            stage: 0, name: "Компрессоры для нового цеха",
            contact: "Андрей Соболев", company: "АО «Уралмаш-Деталь»", amount: 4_200_000,
            channel: "mail",
            tag: nil, owner: 1, ageHours: 20,
            task: Task(text: "Отправить опросный лист", inHours: 5)),
        OpenDeal(
            stage: 0, name: "Запчасти к линии розлива",
            contact: "Нина Власова", company: "ООО «Родник»", amount: 380_000, channel: "site",
            tag: nil, owner: 2, ageHours: 6,
            task: Task(text: "Позвонить и уточнить артикулы", inHours: 2)),
        OpenDeal(
            stage: 0, name: "Тендер: насосы для водоканала",
            contact: "Олег Мартынов", company: "МУП «Водоканал»", amount: 9_600_000,
            channel: "site",
            tag: "Тендер", owner: 0, ageHours: 30,
            task: Task(text: "Проверить условия тендера", inHours: 24)),
        OpenDeal(
            stage: 0, name: "Шкафы управления, 6 шт.",
            contact: "Тимофей Лукин", company: "ООО «ЭнергоСтрой»", amount: 1_450_000,
            channel: "phone",
            tag: nil, owner: 3, ageHours: 11,
            task: Task(text: "Отправить опросный лист", inHours: 8)),
        OpenDeal(
            stage: 0, name: "Сервис компрессорной станции",
            contact: "Ирина Белова", company: "ЗАО «Хлебозавод № 3»", amount: 260_000,
            channel: "mail",
            tag: "Сервис", owner: 2, ageHours: 50, task: nil),
        OpenDeal(
            stage: 1, name: "Фрезерный центр, замена",
            contact: "Семён Круглов", company: "ООО «ТехноПресс»", amount: 12_800_000,
            channel: "phone",
            tag: "VIP", owner: 1, ageHours: 140,
            task: Task(text: "Согласовать техническое задание", inHours: 26)),
        OpenDeal(
            stage: 1, name: "Вентиляция склада",
            contact: "Жанна Орехова", company: "ООО «Логистик-Юг»", amount: 3_100_000,
            channel: "mail",
            tag: nil, owner: 2, ageHours: 90, task: Task(text: "Выезд на замер", inHours: 30)),
        OpenDeal(
            stage: 1, name: "Насосная группа, 3 линии",
            contact: "Пётр Никитин", company: "АО «Сибирские воды»", amount: 5_400_000,
            channel: "mail",
            tag: nil, owner: 0, ageHours: 160,
            task: Task(text: "Согласовать техническое задание", inHours: -20)),
        OpenDeal(
            stage: 1, name: "Линия упаковки, модернизация",
            contact: "Алла Зимина", company: "ООО «Родник»", amount: 7_200_000, channel: "site",
            tag: nil, owner: 3, ageHours: 72,
            task: Task(text: "Собрать данные по узлам", inHours: 50)),
        OpenDeal(
            stage: 1, name: "Конвейер, 40 метров",
            contact: "Руслан Ахметов", company: "ООО «Карьер-Сервис»", amount: 2_650_000,
            channel: "phone",
            tag: nil, owner: 1, ageHours: 110, task: Task(text: "Выезд на замер", inHours: 9)),
        OpenDeal(
            stage: 2, name: "Котельное оборудование",
            contact: "Виктор Данилов", company: "АО «Теплосеть»", amount: 15_400_000,
            channel: "mail",
            tag: "VIP", owner: 0, ageHours: 260,
            task: Task(text: "Отправить коммерческое предложение", inHours: 7)),
        OpenDeal(
            stage: 2, name: "Станция фильтрации",
            contact: "Марина Юдина", company: "МУП «Водоканал»", amount: 6_900_000, channel: "mail",
            tag: "Тендер", owner: 2, ageHours: 210,
            task: Task(text: "Отправить коммерческое предложение", inHours: 28)),
        OpenDeal(
            stage: 2, name: "Сварочные посты, 12 шт.",
            contact: "Егор Калинин", company: "ООО «МеталлСвязь»", amount: 1_980_000,
            channel: "site",
            tag: nil, owner: 3, ageHours: 130,
            task: Task(text: "Сверить цены поставщика", inHours: -4)),
        OpenDeal(
            stage: 2, name: "Чиллер для ЦОД",
            contact: "Станислав Вебер", company: "ООО «Дата-Парк»", amount: 8_300_000,
            channel: "phone",
            tag: nil, owner: 1, ageHours: 190, task: Task(text: "Защита предложения", inHours: 33)),
        OpenDeal(
            stage: 2, name: "Запасные части, годовой договор",
            contact: "Галина Шарова", company: "ЗАО «Хлебозавод № 3»", amount: 1_250_000,
            channel: "mail",
            tag: "Сервис", owner: 2, ageHours: 120, task: nil),
        OpenDeal(
            stage: 3, name: "Пресс гидравлический 250 т",
            contact: "Леонид Фокин", company: "ООО «ТехноПресс»", amount: 11_600_000,
            channel: "mail",
            tag: "VIP", owner: 0, ageHours: 380, task: Task(text: "Согласовать аванс", inHours: 25)),
        OpenDeal(
            stage: 3, name: "Автоматика участка покраски",
            contact: "Юлия Рябова", company: "АО «Вагонремонт»", amount: 4_750_000,
            channel: "phone",
            tag: nil, owner: 1, ageHours: 270, task: Task(text: "Правки юриста", inHours: 52)),
        OpenDeal(
            stage: 3, name: "Компрессор и осушитель",
            contact: "Антон Гришин", company: "ООО «Пластик-Про»", amount: 2_300_000,
            channel: "site",
            tag: nil, owner: 3, ageHours: 160,
            task: Task(text: "Подписать спецификацию", inHours: 10)),
        OpenDeal(
            stage: 3, name: "Пусконаладка линии",
            contact: "Вадим Чернов", company: "ООО «Родник»", amount: 890_000, channel: "mail",
            tag: "Сервис", owner: 2, ageHours: 140,
            task: Task(text: "Подписать спецификацию", inHours: 29)),
        OpenDeal(
            stage: 4, name: "Насосы, вторая очередь",
            contact: "Пётр Никитин", company: "АО «Сибирские воды»", amount: 6_100_000,
            channel: "mail",
            tag: nil, owner: 0, ageHours: 420,
            task: Task(text: "Проверить оплату аванса", inHours: 6)),
        OpenDeal(
            stage: 4, name: "Стеллажи для склада",
            contact: "Жанна Орехова", company: "ООО «Логистик-Юг»", amount: 1_720_000,
            channel: "phone",
            tag: nil, owner: 3, ageHours: 200,
            task: Task(text: "Согласовать дату отгрузки", inHours: 31)),
        OpenDeal(
            stage: 4, name: "Кран-балка 5 т",
            contact: "Руслан Ахметов", company: "ООО «Карьер-Сервис»", amount: 3_350_000,
            channel: "mail",
            tag: nil, owner: 1, ageHours: 310,
            task: Task(text: "Проверить оплату аванса", inHours: 75)),
    ]
}
