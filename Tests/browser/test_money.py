"""Sums, numbers, plurals and months are written without Intl, which costs a first screen milliseconds: they are what Intl says."""

COMPARE = """async (assets) => {
  const i18n = await import(`${assets}/js/i18n.js`);
  const money = await import(`${assets}/js/money.js`);
  const format = await import(`${assets}/js/format.js`);
  const head = await import(`${assets}/js/board-head.js`);
  const sums = new Set([0, 1, 50, 99, 100, 99_949, 99_950, 99_999_99, 100_000_00, 999_499_99, 999_500_00, 999_999_99, 1_234_567_89,
    9_995_000_00, 9_994_999_99, 12_345_678_00, 99_999_999_99, 999_999_999_99, 123_456_789_012_34, 9_999_999_999_999_99]);
  // Every magnitude, and on either side of each place where a third figure is rounded.
  for (let power = 2; power < 15; power++)
    for (let figure = 1; figure < 1000; figure += 7)
      for (const by of [-1, 0, 1]) sums.add(Math.max(0, figure * 10 ** power / 2 + by));
  const wrong = [];
  let compared = 0;
  const same = (what, got, want) => {
    compared++;
    if (got !== want && wrong.length < 10) wrong.push(`${what}: ${got}, Intl says ${want}`);
  };
  const minus = (text) => text.replace(/-/, '−');
  for (const [language, tag] of [['ru', 'ru-RU'], ['en', 'en-US']]) {
    await i18n.loadMessages(language);
    for (const currency of ['RUB', 'USD', 'EUR', 'KZT', 'UAH', 'GBP', 'BYN', 'AED']) {
      money.setCurrency(currency);
      const style = {style: 'currency', currency, currencyDisplay: 'narrowSymbol'};
      const whole = new Intl.NumberFormat(tag, {...style, maximumFractionDigits: 0});
      const short = new Intl.NumberFormat(tag, {...style, notation: 'compact', maximumSignificantDigits: 3});
      for (const sum of sums) for (const minor of sum % 100 === 0 && sum ? [sum, -sum] : [sum]) {
        const units = Math.trunc(minor / 100);
        same(`${language} ${currency} ${minor}`, money.money(minor), minus(whole.format(units)));
        if (sum >= 100_000_00) same(`${language} ${currency} short ${minor}`, money.moneyShort(minor), minus(short.format(minor / 100)));
      }
      const sign = whole.formatToParts(0).find((part) => part.type === 'currency').value;
      same(`${language} ${currency} sign`, money.currencySign(), sign);
    }
    for (const digits of [0, 1]) {
      const figures = new Intl.NumberFormat(tag, {maximumFractionDigits: digits});
      for (const value of [0, 1, -1, 6.6, -3.1, 37.5, 99.9, 100, 998.5, 1000, -1000, 12345, 1234567.5, -0.04])
        same(`${language} ${value}`, money.number(value, digits), minus(figures.format(value)).replace(/^−0$/, '0'));
    }
    const rules = new Intl.PluralRules(tag);
    for (const n of [...Array(1200).keys(), 1_000_001, 1.5, 0.1, 21.5]) same(`${language} plural ${n}`, i18n.plural(n), rules.select(n));
    const name = new Intl.DateTimeFormat(language, {timeZone: 'UTC', month: 'long'});
    for (let month = 0; month < 12; month++) {
      const at = Date.UTC(2026, month, 15);
      same(`${language} month ${month}`, head.monthName(at / 1000), name.format(at));
    }
  }
  return {wrong, compared};
}"""


def test_sums_are_written_as_intl_writes_them(visit, salon):
    page = visit(salon).open("/tasks")
    found = page.evaluate(COMPARE, page.evaluate("document.documentElement.dataset.assets"))
    assert found["wrong"] == []
    assert found["compared"] > 100_000
