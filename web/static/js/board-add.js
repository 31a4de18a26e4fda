// New deals from the board: the dialog, and the form at the top of a column. Fetched when first asked for.

import { $ } from './dom.js';
import { t } from './i18n.js';
import * as store from './store.js';
import { session } from './store.js';
import { complain } from './mutations.js';
import { createDeal, newDealDialog, quickAddForm, NEW_DEAL_PATHS } from './deal-new.js';
import { clearErrors, checkRequired, showError, showErrors } from './dialog.js';
import { wantCards } from './news.js';
import { toast } from './toast.js';
import { go } from './router.js';
import * as format from './format.js';

/** Resolves when the deal is made, or not wanted after all. */
export async function newDeal(pipeline, stageID) {
  const id = await newDealDialog({ pipelineID: pipeline.id, stageID });
  if (!id) return false;
  wantCards(id);
  toast({ text: t('toast.created'), action: { text: t('card.open'), run: () => go('/deals/' + id) } });
  return true;
}

/** The form over the cards of `column`; `saved()` is called after each deal. */
export function quickAdd(pipeline, column, saved) {
  const existing = $('form.quick', column.node);
  if (existing) {
    $('input', existing).focus();
    return;
  }
  const form = quickAddForm({
    stage: column.stage, pipelineID: pipeline.id,
    onclose: () => { form.remove(); $('.add', column.node).focus(); },
    onsave: (element) => saveQuick(element, pipeline, column.stage, saved),
  });
  column.list.before(form);
  column.list.scrollTop = 0;
  $('input', form).focus();
}

/** The card is there at once under a temporary id; the form empties for the next one. */
async function saveQuick(form, pipeline, stage, saved) {
  clearErrors(form);
  if (!checkRequired(form)) return;
  const data = new FormData(form);
  const minor = format.parseMoney(data.get('amount'));
  if (minor === null) {
    showError(form, 'amount', t('error.money'))?.focus();
    return;
  }
  const name = data.get('name').trim();
  const phone = data.get('phone').trim();
  const draft = -Date.now();
  store.put('deal', {
    id: draft, name, pipeline_id: pipeline.id, stage_id: stage.id, amount_minor: minor,
    owner_id: session.user.id, contact: phone ? { id: 0, name: phone } : null, company: null, channel: null,
    tags: [], next_task: null, stage_entered_at: format.now(), version: 0, is_rotting: false,
  });
  form.reset();
  $('input', form).focus();
  try {
    const id = await createDeal({ name, amount_minor: minor, pipelineID: pipeline.id,
      stageID: stage.id, phone });
    store.drop('deal', draft);
    wantCards(id);
    saved();
  } catch (error) {
    store.drop('deal', draft);
    for (const [key, value] of data) form.elements[key].value = value;
    if (!error.fields || !showErrors(form, error, NEW_DEAL_PATHS)) complain(error);
  }
}
