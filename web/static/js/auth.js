// Sign-in and sign-up. On an address without a company, sign-in leads to the company, or asks which.

import { $, h, icon, replace } from './dom.js';
import { loadMessages, t, lang } from './i18n.js';
import * as api from './api.js';
import { field, clearErrors, checkRequired, showErrors } from './dialog.js';
import { mark } from './mark.js';

const { page, tenant, subtitle } = document.body.dataset;
const root = document.documentElement;

function brand() {
  return h('p.brand', null, mark(), h('b', null, 'Voronka'));
}

function foot() {
  const other = lang === 'ru' ? 'en' : 'ru';
  return h('p.auth-foot', null,
    h('button.btn.sm.g', { type: 'button', lang: other, onclick: () => switchLanguage(other) }, icon('globe', 's'), other === 'ru' ? 'Русский' : 'English'),
    h('button.btn.sm.g', { type: 'button', onclick: switchTheme }, icon(root.dataset.theme === 'dark' ? 'sun' : 'moon', 's'), t(root.dataset.theme === 'dark' ? 'theme.light' : 'theme.dark')));
}

async function switchLanguage(to) {
  root.lang = to;
  remember('lang', to);
  await loadMessages(to);
  draw();
}

function switchTheme() {
  root.dataset.theme = root.dataset.theme === 'dark' ? 'light' : 'dark';
  remember('theme', root.dataset.theme);
  draw();
}

/** Choices made before signing in stay with the browser. */
const remember = (name, value) => localStorage.setItem('voronka.' + name, value);
const recalled = (name) => localStorage.getItem('voronka.' + name);

function form({ title, lead, fields, submit, send, paths, links }) {
  const problem = h('p.form-error', { role: 'alert', hidden: true });
  const button = h('button.btn.p.lg', { type: 'submit' }, submit);
  const node = h('form.form', { novalidate: true }, fields, problem, button);
  node.addEventListener('submit', async (event) => {
    event.preventDefault();
    clearErrors(node);
    problem.hidden = true;
    if (button.disabled || !checkRequired(node)) return;
    button.disabled = true;
    try {
      await send(new FormData(node), node);
    } catch (error) {
      const placed = error.fields?.size > 0 && showErrors(node, error, paths);
      if (!placed) {
        problem.textContent = error instanceof api.Unreachable ? t('error.offline') : error.message;
        problem.hidden = false;
        $('input[type=password]', node)?.select();
      }
    } finally {
      button.disabled = false;
    }
  });
  return h('section.auth-card', null, brand(), h('h1', null, title), lead && h('p.lead', null, lead), node, links);
}

const input = (name, props) => h('input', { name, id: 'in-' + name, required: true, maxlength: 255, ...props });

function signIn() {
  return form({
    title: t('auth.welcome'),
    lead: tenant ? subtitle || location.host : t('auth.any_company'),
    submit: t('auth.sign_in'),
    fields: [
      field(t('field.email'), input('email', { type: 'email', autocomplete: 'username', autofocus: true, spellcheck: 'false', autocapitalize: 'none' })),
      field(t('field.password'), input('password', { type: 'password', autocomplete: 'current-password' })),
    ],
    async send(data) {
      const answer = await api.post('/ui/sign-in', { email: data.get('email').trim(), password: data.get('password') });
      if (!answer?.redirect && answer?.workspaces?.length) {
        choose(answer.workspaces);
        return;
      }
      const next = new URLSearchParams(location.search).get('next');
      location.assign(next && /^\/(?![/\\])/.test(next) ? next : answer?.redirect ?? '/deals');
    },
    links: !tenant && h('p.auth-links', null, t('auth.no_company'), ' ', h('a.link', { href: '/sign-up' }, t('auth.sign_up'))),
  });
}

/** Someone who works in several companies says which one. */
function choose(workspaces) {
  replace($('#auth'), h('section.auth-card', null, brand(), h('h1', null, t('auth.choose')),
    h('div.choices', null, workspaces.map((one) => h('a.choice', { href: one.redirect }, icon('bld'), one.name, h('span.hint', null, one.slug))))), foot());
  $('.choice').focus();
}

function signUp() {
  const slug = input('slug', { autocapitalize: 'none', spellcheck: 'false', autocomplete: 'off', placeholder: 'my-company' });
  slug.addEventListener('input', () => (slug.dataset.touched = '1'));
  const company = input('company', { autofocus: true, autocomplete: 'organization' });
  company.addEventListener('input', () => !slug.dataset.touched && (slug.value = latin(company.value)));
  return form({
    title: t('auth.up_title'), lead: t('auth.up_text'), submit: t('auth.create'),
    fields: [
      field(t('field.company'), company),
      field(t('auth.company_address'), h('span.affix', null, slug, h('span.sign', null, '.' + location.host))),
      h('div.two', null, field(t('field.your_name'), input('name', { autocomplete: 'name' })), field(t('field.email'), input('email', { type: 'email', autocomplete: 'username', spellcheck: 'false', autocapitalize: 'none' }))),
      field(t('field.password'), input('password', { type: 'password', autocomplete: 'new-password', minlength: 8 }), { hint: t('auth.password_hint') }),
    ],
    async send(data) {
      const answer = await api.post('/ui/sign-up', Object.fromEntries(['company', 'slug', 'name', 'email', 'password'].map((key) => [key, key === 'password' ? data.get(key) : data.get(key).trim()])));
      location.assign(answer?.redirect ?? `${location.protocol}//${data.get('slug').trim()}.${location.host}/`);
    },
    links: h('p.auth-links', null, t('auth.have_company'), ' ', h('a.link', { href: '/sign-in' }, t('auth.sign_in'))),
  });
}

const LETTERS = Object.fromEntries([...'абвгдезийклмнопрстуфхыэ'].map((letter, index) => [letter, 'abvgdeziyklmnoprstufhye'[index]]));
Object.assign(LETTERS, { ё: 'e', ж: 'zh', ц: 'ts', ч: 'ch', ш: 'sh', щ: 'sch', ю: 'yu', я: 'ya', ъ: '', ь: '' });
const latin = (text) => [...text.toLowerCase()].map((letter) => LETTERS[letter] ?? letter).join('').replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 40);

function draw() {
  const card = page === 'sign-up' ? signUp() : signIn();
  document.title = `${t(page === 'sign-up' ? 'auth.up_title' : 'auth.sign_in')} · Voronka`;
  replace($('#auth'), card, foot());
  $('[autofocus]', card)?.focus();
}

root.lang = recalled('lang') ?? root.lang;
root.dataset.theme = recalled('theme') ?? root.dataset.theme;
await loadMessages(root.lang);
draw();
