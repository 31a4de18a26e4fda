extension DemoCompany {
    /// stage, name, contact, company, amount in roubles, channel, tag, owner, age in hours, task.
    static let salonDeals: [OpenDeal] = [
        OpenDeal(
            stage: 0, name: "Окрашивание и уход, первая запись",
            contact: "Ксения Быстрова", company: nil, amount: 14_500, channel: "whatsapp",
            tag: nil, owner: 2, ageHours: 1,
            task: Task(text: "Позвонить и согласовать дату", inHours: 3)),
        OpenDeal(
            stage: 0, name: "Подарочные сертификаты к 8 марта, 40 шт.",
            contact: "Олег Дьяков", company: "ООО «Техносфера»", amount: 320_000, channel: "site",
            tag: "Опт", owner: 0, ageHours: 2,
            task: Task(text: "Отправить расчёт на 40 сертификатов", inHours: 6)),
        OpenDeal(
            stage: 0, name: "Курс лазерной эпиляции",
            contact: "Алина Гафарова", company: nil, amount: 48_000, channel: "vk",
            tag: nil, owner: 1, ageHours: 5, task: nil),
        OpenDeal(
            stage: 0, name: "Вечерний образ, 28 ноября",
            contact: "Вера Полякова", company: nil, amount: 11_200, channel: "phone",
            tag: nil, owner: 3, ageHours: 26, task: Task(text: "Подтвердить запись", inHours: 20)),
        OpenDeal(
            stage: 0, name: "Массаж лица, абонемент ×5",
            contact: "Тимур Ильясов", company: nil, amount: 22_500, channel: "telegram",
            tag: nil, owner: 2, ageHours: 24,
            task: Task(text: "Отправить программу и цены", inHours: 28)),
        OpenDeal(
            stage: 0, name: "Детский праздник: укладки и макияж",
            contact: "Юлия Макарова", company: nil, amount: 36_000, channel: "whatsapp",
            tag: nil, owner: 3, ageHours: 7, task: Task(text: "Уточнить число гостей", inHours: 4)),
        OpenDeal(
            stage: 0, name: "Стрижка и борода, пробный визит",
            contact: "Глеб Фролов", company: nil, amount: 4_200, channel: "site",
            tag: nil, owner: 2, ageHours: 9,
            task: Task(text: "Позвонить и согласовать дату", inHours: 2)),
        OpenDeal(
            stage: 0, name: "Уход для будущих мам",
            contact: "Дарья Панина", company: nil, amount: 27_800, channel: "telegram",
            tag: nil, owner: 1, ageHours: 30, task: nil),
        OpenDeal(
            stage: 0, name: "Корпоративный день красоты",
            contact: "Павел Громов", company: "ООО «Линия вкуса»", amount: 240_000, channel: "mail",
            tag: "Опт", owner: 0, ageHours: 12,
            task: Task(text: "Узнать число сотрудниц", inHours: 22)),
        OpenDeal(
            stage: 0, name: "Маникюр и педикюр, подруге в подарок",
            contact: "Татьяна Жукова", company: nil, amount: 9_800, channel: "vk",
            tag: nil, owner: 3, ageHours: 3,
            task: Task(text: "Позвонить и согласовать дату", inHours: 5)),
        OpenDeal(
            stage: 0, name: "Лазер: ноги полностью, пробный",
            contact: "Кристина Ларина", company: nil, amount: 7_900, channel: "site",
            tag: nil, owner: 2, ageHours: 6,
            task: Task(text: "Отправить программу и цены", inHours: 7)),
        OpenDeal(
            stage: 1, name: "Программа «Сияние» на 6 процедур",
            contact: "Наталья Серова", company: nil, amount: 96_000, channel: "telegram",
            tag: "VIP", owner: 1, ageHours: 96,
            task: Task(text: "Отправить программу и цены", inHours: -26)),
        OpenDeal(
            stage: 1, name: "Уход для сотрудников, квартал",
            contact: "Инна Рау", company: "ООО «Северный мост»", amount: 412_000, channel: "mail",
            tag: "Опт", owner: 0, ageHours: 72,
            task: Task(text: "Согласовать график выездов", inHours: 8)),
        OpenDeal(
            stage: 1, name: "Коррекция бровей и ламинирование",
            contact: "Полина Ежова", company: nil, amount: 7_800, channel: "whatsapp",
            tag: nil, owner: 3, ageHours: 30, task: Task(text: "Подтвердить запись", inHours: 24)),
        OpenDeal(
            stage: 1, name: "Перманент: губы и брови",
            contact: "Светлана Ким", company: nil, amount: 31_000, channel: "vk",
            tag: nil, owner: 3, ageHours: 52,
            task: Task(text: "Уточнить пожелания к образу", inHours: 66)),
        OpenDeal(
            stage: 1, name: "Антивозрастной уход, 10 визитов",
            contact: "Ирина Тарасова", company: nil, amount: 128_000, channel: "phone",
            tag: "Повторный", owner: 1, ageHours: 80,
            task: Task(text: "Отправить программу и цены", inHours: 75)),
        OpenDeal(
            stage: 1, name: "Окрашивание airtouch",
            contact: "Марина Гусева", company: nil, amount: 28_500, channel: "whatsapp",
            tag: nil, owner: 2, ageHours: 28,
            task: Task(text: "Позвонить и согласовать дату", inHours: 21)),
        OpenDeal(
            stage: 1, name: "Кератин и восстановление",
            contact: "Елена Медведева", company: nil, amount: 19_500, channel: "telegram",
            tag: nil, owner: 3, ageHours: 44, task: nil),
        OpenDeal(
            stage: 1, name: "Свадебный макияж, пробный",
            contact: "Виктория Соколова", company: nil, amount: 12_400, channel: "whatsapp",
            tag: "Свадьба", owner: 0, ageHours: 50,
            task: Task(text: "Подтвердить запись", inHours: 30)),
        OpenDeal(
            stage: 1, name: "Пилинг, курс из 4",
            contact: "Ольга Фомина", company: nil, amount: 34_000, channel: "site",
            tag: nil, owner: 1, ageHours: 61,
            task: Task(text: "Отправить программу и цены", inHours: 26)),
        OpenDeal(
            stage: 1, name: "Семейный абонемент на год",
            contact: "Артём Киселёв", company: nil, amount: 184_000, channel: "phone",
            tag: "VIP", owner: 0, ageHours: 90,
            task: Task(text: "Посчитать скидку за год", inHours: 9)),
        OpenDeal(
            stage: 1, name: "Наращивание ресниц",
            contact: "Алёна Титова", company: nil, amount: 5_600, channel: "vk",
            tag: nil, owner: 2, ageHours: 20, task: Task(text: "Подтвердить запись", inHours: 18)),
        OpenDeal(
            stage: 1, name: "Уход за кожей, подросток",
            contact: "Лариса Зуева", company: nil, amount: 16_800, channel: "mail",
            tag: nil, owner: 3, ageHours: 33,
            task: Task(text: "Позвонить и согласовать дату", inHours: -3)),
        OpenDeal(
            stage: 1, name: "Мужской уход, 3 визита",
            contact: "Денис Орлов", company: nil, amount: 21_000, channel: "telegram",
            tag: nil, owner: 1, ageHours: 70,
            task: Task(text: "Отправить программу и цены", inHours: 48)),
        OpenDeal(
            stage: 1, name: "Выпускной: 12 укладок",
            contact: "Лидия Гусева", company: "Школа № 57", amount: 64_000, channel: "phone",
            tag: "Опт", owner: 0, ageHours: 110,
            task: Task(text: "Согласовать время мастеров", inHours: 27)),
        OpenDeal(
            stage: 1, name: "Лазер, подмышки и бикини",
            contact: "Кира Савельева", company: nil, amount: 38_000, channel: "site",
            tag: "Рассрочка", owner: 2, ageHours: 26,
            task: Task(text: "Оформить рассрочку", inHours: 23)),
        OpenDeal(
            stage: 1, name: "SPA-день для двоих",
            contact: "Роман Ершов", company: nil, amount: 26_000, channel: "whatsapp",
            tag: nil, owner: 3, ageHours: 40, task: Task(text: "Подтвердить запись", inHours: 32)),
        OpenDeal(
            stage: 2, name: "Свадебный образ и уход, 14 декабря",
            contact: "Екатерина Мельникова", company: nil, amount: 186_000, channel: "whatsapp",
            tag: "Свадьба", owner: 0, ageHours: 216,
            task: Task(text: "Позвонить, согласовать дату репетиции", inHours: 6)),
        OpenDeal(
            stage: 2, name: "Абонемент «Лазер ×10»",
            contact: "Диана Абрамян", company: nil, amount: 74_000, channel: "telegram",
            tag: "Рассрочка", owner: 1, ageHours: 78,
            task: Task(text: "Оформить рассрочку", inHours: 25)),
        OpenDeal(
            stage: 2, name: "Фотосессия команды: макияж и укладка",
            contact: "Егор Титов", company: "ООО «Линия вкуса»", amount: 158_000, channel: "mail",
            tag: nil, owner: 3, ageHours: 230, task: nil),
        OpenDeal(
            stage: 2, name: "Восстановление волос, курс",
            contact: "Марина Зуева", company: nil, amount: 39_900, channel: "whatsapp",
            tag: nil, owner: 2, ageHours: 55,
            task: Task(text: "Отправить программу и цены", inHours: 44)),
        OpenDeal(
            stage: 2, name: "Подготовка к выпускному, группа",
            contact: "Лидия Юрьева", company: "Школа № 57", amount: 240_000, channel: "phone",
            tag: "Опт", owner: 1, ageHours: 120,
            task: Task(text: "Подготовить договор", inHours: 30)),
        OpenDeal(
            stage: 2, name: "Курс омоложения, 8 процедур",
            contact: "Наталья Громова", company: nil, amount: 142_000, channel: "phone",
            tag: "VIP", owner: 0, ageHours: 88,
            task: Task(text: "Уточнить противопоказания", inHours: 10)),
        OpenDeal(
            stage: 2, name: "Образ для съёмки каталога",
            contact: "Анастасия Ларина", company: "Студия «Бархат»", amount: 88_000,
            channel: "mail",
            tag: nil, owner: 3, ageHours: 64, task: Task(text: "Согласовать референсы", inHours: 28)
        ),
        OpenDeal(
            stage: 2, name: "Укладки на неделю моды",
            contact: "Вера Соколова", company: nil, amount: 117_000, channel: "telegram",
            tag: nil, owner: 2, ageHours: 101,
            task: Task(text: "Посчитать состав бригады", inHours: -5)),
        OpenDeal(
            stage: 2, name: "Уход «Алмазный», 5 визитов",
            contact: "Ольга Медведева", company: nil, amount: 62_500, channel: "site",
            tag: nil, owner: 1, ageHours: 47,
            task: Task(text: "Отправить программу и цены", inHours: 52)),
        OpenDeal(
            stage: 2, name: "Перманент бровей, повтор",
            contact: "Ирина Ежова", company: nil, amount: 14_000, channel: "whatsapp",
            tag: "Повторный", owner: 3, ageHours: 36,
            task: Task(text: "Подтвердить запись", inHours: 26)),
        OpenDeal(
            stage: 2, name: "Окрашивание и стрижка, абонемент",
            contact: "Юлия Лебедева", company: nil, amount: 54_000, channel: "vk",
            tag: nil, owner: 2, ageHours: 71,
            task: Task(text: "Позвонить и согласовать дату", inHours: 50)),
        OpenDeal(
            stage: 2, name: "Корпоратив «Гамма»: 25 образов",
            contact: "Максим Панин", company: "ООО «Гамма»", amount: 275_000, channel: "mail",
            tag: "Опт", owner: 0, ageHours: 150, task: Task(text: "Согласовать смету", inHours: 29)),
        OpenDeal(
            stage: 2, name: "Аппаратный массаж, 12 сеансов",
            contact: "Светлана Дёмина", company: nil, amount: 69_600, channel: "phone",
            tag: nil, owner: 1, ageHours: 66,
            task: Task(text: "Отправить программу и цены", inHours: 74)),
        OpenDeal(
            stage: 2, name: "Макияж ведущей, сезон",
            contact: "Алина Жукова", company: nil, amount: 93_000, channel: "telegram",
            tag: "Повторный", owner: 3, ageHours: 58,
            task: Task(text: "Утвердить даты эфиров", inHours: 31)),
        OpenDeal(
            stage: 3, name: "Годовое обслуживание, 25 сотрудников",
            contact: "Анна Громова", company: "АО «Вектор»", amount: 690_000, channel: "mail",
            tag: "VIP", owner: 0, ageHours: 290,
            task: Task(text: "Дождаться правок юриста", inHours: -50)),
        OpenDeal(
            stage: 3, name: "Свадебный пакет «Классика»",
            contact: "Ольга Нестерова", company: nil, amount: 142_000, channel: "telegram",
            tag: "Свадьба", owner: 2, ageHours: 60,
            task: Task(text: "Отправить договор", inHours: 9)),
        OpenDeal(
            stage: 3, name: "Косметология, семейный пакет",
            contact: "Семья Архиповых", company: nil, amount: 210_000, channel: "phone",
            tag: "Повторный", owner: 3, ageHours: 34,
            task: Task(text: "Подписать договор", inHours: 26)),
        OpenDeal(
            stage: 3, name: "Обучение мастеров, 2 дня",
            contact: "Эльза Хан", company: "Студия «Бархат»", amount: 84_000, channel: "site",
            tag: nil, owner: 1, ageHours: 84, task: Task(text: "Отправить договор", inHours: 50)),
        OpenDeal(
            stage: 3, name: "Аренда кресла, 6 месяцев",
            contact: "Жанна Кравцова", company: "ИП Кравцова", amount: 150_000, channel: "phone",
            tag: nil, owner: 0, ageHours: 110,
            task: Task(text: "Подготовить акт приёма", inHours: 75)),
        OpenDeal(
            stage: 3, name: "Абонемент «Всё лицо», год",
            contact: "Татьяна Тарасова", company: nil, amount: 168_000, channel: "whatsapp",
            tag: "VIP", owner: 1, ageHours: 92, task: Task(text: "Уточнить реквизиты", inHours: 27)),
        OpenDeal(
            stage: 3, name: "Свадьба на 6 подружек",
            contact: "Диана Полякова", company: nil, amount: 98_000, channel: "whatsapp",
            tag: "Свадьба", owner: 2, ageHours: 76,
            task: Task(text: "Отправить договор", inHours: 24)),
        OpenDeal(
            stage: 3, name: "Сертификаты для партнёров, 15 шт.",
            contact: "Игорь Серов", company: "ООО «Северный мост»", amount: 120_000,
            channel: "mail",
            tag: "Опт", owner: 3, ageHours: 48, task: Task(text: "Согласовать макет", inHours: 52)),
        OpenDeal(
            stage: 3, name: "Лазер, полный курс",
            contact: "Виктория Фролова", company: nil, amount: 104_000, channel: "site",
            tag: "Рассрочка", owner: 1, ageHours: 70,
            task: Task(text: "Подписать договор рассрочки", inHours: 30)),
        OpenDeal(
            stage: 3, name: "Тренинг по сервису",
            contact: "Роман Дьяков", company: "ООО «Техносфера»", amount: 76_000, channel: "mail",
            tag: nil, owner: 0, ageHours: 130, task: nil),
        OpenDeal(
            stage: 4, name: "Премиум-уход, 12 визитов",
            contact: "Лариса Витте", company: nil, amount: 264_000, channel: "whatsapp",
            tag: "VIP", owner: 0, ageHours: 50,
            task: Task(text: "Напомнить о предоплате", inHours: 21)),
        OpenDeal(
            stage: 4, name: "Корпоратив: экспресс-зона",
            contact: "Максим Гусев", company: "ООО «Гамма»", amount: 176_000, channel: "mail",
            tag: "Опт", owner: 2, ageHours: 70,
            task: Task(text: "Проверить оплату счёта", inHours: 33)),
        OpenDeal(
            stage: 4, name: "Эпиляция, полный курс",
            contact: "Алёна Дёмина", company: nil, amount: 62_000, channel: "telegram",
            tag: "Рассрочка", owner: 1, ageHours: 40,
            task: Task(text: "Напомнить о предоплате", inHours: 48)),
        OpenDeal(
            stage: 4, name: "Свадебный образ, стандарт",
            contact: "Дарья Воронина", company: nil, amount: 98_000, channel: "vk",
            tag: "Свадьба", owner: 3, ageHours: 60,
            task: Task(text: "Напомнить о предоплате", inHours: 72)),
        OpenDeal(
            stage: 4, name: "Уход за кожей, 4 визита",
            contact: "Глеб Ершов", company: nil, amount: 36_000, channel: "phone",
            tag: nil, owner: 2, ageHours: 30, task: Task(text: "Подтвердить запись", inHours: 100)),
        OpenDeal(
            stage: 4, name: "Сертификат на 50 000 ₽",
            contact: "Павел Жуков", company: nil, amount: 50_000, channel: "site",
            tag: nil, owner: 1, ageHours: 22, task: Task(text: "Выслать сертификат", inHours: 8)),
        OpenDeal(
            stage: 4, name: "Перманент, комплекс",
            contact: "Елена Ларина", company: nil, amount: 44_000, channel: "whatsapp",
            tag: "Повторный", owner: 3, ageHours: 55,
            task: Task(text: "Проверить оплату счёта", inHours: 29)),
        OpenDeal(
            stage: 4, name: "Абонемент в солярий и SPA",
            contact: "Кира Быстрова", company: nil, amount: 58_000, channel: "vk",
            tag: nil, owner: 0, ageHours: 66,
            task: Task(text: "Напомнить о предоплате", inHours: -2)),
        OpenDeal(
            stage: 4, name: "Образы для спектакля",
            contact: "Денис Савельев", company: "Студия «Бархат»", amount: 132_000, channel: "mail",
            tag: nil, owner: 2, ageHours: 81,
            task: Task(text: "Проверить оплату счёта", inHours: 53)),
    ]
}
