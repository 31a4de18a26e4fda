// A deal that is deleted, brought back, or gone from under the reader. Fetched when first asked for.

import { h, icon } from './dom.js';
import { t, tidy } from './i18n.js';
import * as api from './api.js';
import * as store from './store.js';
import { complain } from './mutations.js';
import { wantCards } from './news.js';
import { forget } from './recent.js';
import { stateBox } from './router.js';
import { toast } from './toast.js';

/** At once on the screen; the toast brings it back. */
export async function deleteDeal(id) {
  const deal = store.get('deal', id);
  const sent = api.remove(`/api/v4/leads/${id}`);
  store.drop('deal', id);
  forget(id);
  toast({ text: t('toast.deal_deleted', { name: tidy(deal.name) }), undo: () => restoreDeal(id, sent) });
  try {
    await sent;
  } catch (error) {
    store.put('deal', deal);
    complain(error);
  }
}

/** Takes it out of the trash, once `sent` has put it there. True when the server agreed. */
export async function restoreDeal(id, sent) {
  try {
    await sent;
    await api.post(`/api/v4/leads/${id}/restore`);
  } catch (error) {
    complain(error);
    return false;
  }
  wantCards(id);
  toast({ text: t('toast.deal_restored') });
  return true;
}

/** In the place of its page: it was deleted, or is not for this person any more. */
export function goneBox(deal, { isDeleted, back }) {
  const mayRestore = isDeleted && store.mayDelete(deal);
  return stateBox({
    mark: icon(isDeleted ? 'trash' : 'eye', 'big'), title: t(isDeleted ? 'deal.deleted' : 'deal.gone'), text: tidy(deal.name),
    action: mayRestore ? h('button.btn.p', { type: 'button', onclick: async () => (await restoreDeal(deal.id)) && back() }, icon('undo'), t('deal.restore'))
      : h('a.btn.p', { href: '/deals?pipeline=' + deal.pipeline_id }, t('missing.home')) });
}
