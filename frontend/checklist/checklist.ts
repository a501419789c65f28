/* <tandem-checklist src>: its entries are ordered by mouse and touch; the menu of each does it by keyboard. Without script the menu is enough. */
import Sortable from 'sortablejs';
import { csrf } from '../shared/http';
import { post } from '../shared/forms';
import { again } from '../shared/refetch';
import { complain } from '../shared/toast';

class TandemChecklist extends HTMLElement {
  private sort?: Sortable;
  connectedCallback(): void {
    const list = this.querySelector<HTMLElement>('.chks'), src = this.getAttribute('src');
    if (!list || !src) return;
    const hold = (is: boolean) => this.closest('[data-refetch]')?.toggleAttribute('data-held', is);
    this.sort = Sortable.create(list, {
      draggable: '[data-entry]', filter: 'button,input,.menu-l,.cell-in', preventOnFilter: false, animation: 120, delay: 200, delayOnTouchOnly: true, fallbackTolerance: 4, forceFallback: true, ghostClass: 'ghost',
      onStart: () => { hold(true); },
      onEnd: (e) => {
        hold(false);
        if (e.oldDraggableIndex === e.newDraggableIndex) return;
        const body = new FormData(), before = e.item.previousElementSibling as HTMLElement | null;
        body.set('csrfmiddlewaretoken', csrf());
        body.set('do', 'move');
        body.set('entry', e.item.dataset.entry ?? '');
        body.set('after', before?.dataset.entry ?? '');
        post(src, body).catch(complain).finally(() => void again());
      },
    });
  }
  disconnectedCallback(): void { this.sort?.destroy(); }
}
customElements.define('tandem-checklist', TandemChecklist);
