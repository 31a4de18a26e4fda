"""Days and times are reckoned from remembered offsets of the tenant's zone: they are what Intl says."""

import pytest

# Each puts its clock forward and back, or once did, or stands half an hour beside the others.
ZONES = ["Europe/Berlin", "America/New_York", "Europe/Moscow", "Asia/Kolkata", "Australia/Lord_Howe"]
CHANGES = {"Europe/Berlin": 40, "America/New_York": 40, "Europe/Moscow": 4, "Asia/Kolkata": 0, "Australia/Lord_Howe": 40}

COMPARE = """async ([assets, zone]) => {
  const format = await import(`${assets}/js/format.js`);
  format.setLocale({timeZone: zone});
  const intl = new Intl.DateTimeFormat('en-US', {timeZone: zone, hourCycle: 'h23', year: 'numeric',
    month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit'});
  const wall = (at) => {
    const p = Object.fromEntries(intl.formatToParts(at * 1000).map(({type, value}) => [type, value]));
    return {day: `${p.year}-${p.month}-${p.day}`, time: `${p.hour}:${p.minute}`,
      offset: Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second) / 1000 - at};
  };
  const days = (key) => Date.parse(key + 'T00:00Z') / 86400000;
  const from = Date.UTC(2010, 0, 1) / 1000, to = Date.UTC(2030, 0, 1) / 1000, hour = 3600;
  const moments = new Set();
  let changes = 0, before = wall(from).offset;
  for (let at = from; at < to; at += 6 * hour + 421) {
    moments.add(at);
    const after = wall(at).offset;
    if (after !== before) {
      changes += 1;
      // Ten minutes apart, and a second on either side, over the days around the change.
      for (let near = at - 30 * hour; near < at + 30 * hour; near += 600) {
        const tens = near - near % 600;
        for (const moment of [tens - 1, tens, tens + 1]) moments.add(moment);
      }
    }
    before = after;
  }
  const wrong = [];
  const same = (what, at, got, want) => {
    if (got !== want && wrong.length < 10) wrong.push(`${what} of ${at}: ${got}, Intl says ${want}`);
  };
  for (const at of moments) {
    const want = wall(at);
    same('dayKey', at, format.dayKey(at), want.day);
    same('time', at, format.time(at), want.time);
    same('toLocalInput', at, format.toLocalInput(at), `${want.day}T${want.time}`);
    // An hour that comes twice may be read as either: what it shows is what was written.
    const back = wall(format.fromLocalInput(`${want.day}T${want.time}`));
    same('fromLocalInput', at, `${back.day}T${back.time}`, `${want.day}T${want.time}`);
  }
  const today = days(wall(format.now()).day);
  for (let ahead = -400 * 24; ahead < 400 * 24; ahead += 5) {
    const at = format.now() + ahead * hour;
    same('daysFromToday', at, format.daysFromToday(at), days(wall(at).day) - today);
  }
  return {wrong, changes, moments: moments.size};
}"""


@pytest.mark.parametrize("zone", ZONES)
def test_days_and_times_are_those_of_intl_around_every_change_of_the_clock(visit, salon, zone):
    page = visit(salon).open("/tasks")
    assets = page.evaluate("document.documentElement.dataset.assets")
    found = page.evaluate(COMPARE, [assets, zone])
    assert found["wrong"] == []
    assert found["changes"] == CHANGES[zone]
    assert found["moments"] > 25000
