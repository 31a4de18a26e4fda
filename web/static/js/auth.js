// What scripts add to the plain forms of signing in and up: a password that can be looked at, an
// address made of the company's name, checks beside the fields before anything is sent, and a
// clock that runs down when there were too many attempts. Without scripts the forms work as well.

const form = document.querySelector('form');
const button = form.querySelector('[type=submit]');

for (const peek of form.querySelectorAll('.peek')) {
  const input = peek.parentNode.querySelector('input');
  peek.hidden = false;
  peek.addEventListener('click', () => {
    const shown = input.type === 'password';
    input.type = shown ? 'text' : 'password';
    peek.setAttribute('aria-pressed', String(shown));
    input.focus();
  });
}

// ---- checks beside the fields

/** The sentence that is wrong with an input, or "". */
function fault({ name, value, required }) {
  const text = name === 'password' ? value : value.trim();
  if (!text) return required ? form.dataset.required : '';
  if (name === 'slug' && !/^(?!-)[a-z0-9-]{3,63}(?<!-)$/.test(text.toLowerCase())) return form.dataset.slug;
  if (name === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)) return form.dataset.email;
  if (name === 'password' && [...text].length < 8) return form.dataset.short;
  return '';
}

function tell(input, text) {
  const box = input.closest('.field');
  let note = box.querySelector('.error');
  if (!note && text) {
    note = document.createElement('p');
    note.className = 'error';
    note.id = input.id + '-e';
    note.setAttribute('role', 'alert');
    box.append(note);
  }
  if (note) {
    note.textContent = text;
    note.hidden = !text;
  }
  const hint = box.querySelector('.hint');
  if (hint) hint.hidden = Boolean(text);
  if (text) {
    input.setAttribute('aria-invalid', 'true');
    input.setAttribute('aria-describedby', note.id);
  } else {
    input.removeAttribute('aria-invalid');
    input.removeAttribute('aria-describedby');
  }
}

if (form.dataset.required) {
  form.noValidate = true;
  const inputs = [...form.querySelectorAll('input[required]')];
  for (const input of inputs) {
    input.addEventListener('change', () => input.value && tell(input, fault(input)));
    input.addEventListener('input', () => input.hasAttribute('aria-invalid') && !fault(input) && tell(input, ''));
  }
  form.addEventListener('submit', (event) => {
    const wrong = inputs.filter((input) => {
      const text = fault(input);
      tell(input, text);
      return text;
    });
    if (wrong.length) event.preventDefault();
    wrong[0]?.focus();
  });
}

// ---- the address follows the name until someone types an address

const LETTERS = Object.fromEntries([...'абвгдезийклмнопрстуфхыэ'].map((letter, at) => [letter, 'abvgdeziyklmnoprstufhye'[at]]));
Object.assign(LETTERS, { ё: 'e', ж: 'zh', ц: 'ts', ч: 'ch', ш: 'sh', щ: 'sch', ю: 'yu', я: 'ya', ъ: '', ь: '' });
const latin = (text) => [...text.toLowerCase()].map((letter) => LETTERS[letter] ?? letter).join('')
  .replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 40);

const { company, slug } = form.elements;
if (slug) {
  let own = Boolean(slug.value);
  slug.addEventListener('input', () => (own = Boolean(slug.value)));
  company.addEventListener('input', () => {
    if (own) return;
    slug.value = latin(company.value);
    if (slug.hasAttribute('aria-invalid') && !fault(slug)) tell(slug, '');
  });
}

// ---- one press, one request; and the clock

form.addEventListener('submit', (event) => {
  if (event.defaultPrevented) return;
  button.disabled = true;
});
addEventListener('pageshow', () => form.dataset.wait || (button.disabled = false));

if (form.dataset.wait) {
  const words = button.textContent;
  const until = Date.now() + form.dataset.wait * 1000;
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    button.disabled = left > 0;
    button.textContent = left > 0
      ? form.dataset.again.replace('{time}', `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`) : words;
    if (left > 0) setTimeout(tick, 500);
    else delete form.dataset.wait;
  };
  tick();
}
