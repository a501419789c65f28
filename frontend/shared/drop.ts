/* Files dropped on [data-drop="#form"] go into the form's file field, and the form is sent. Without script the field and its button do. */
export function startDrop(): void {
  const zone = (e: DragEvent): HTMLElement | null =>
    e.dataTransfer?.types.includes('Files') ? (e.target as Element | null)?.closest?.<HTMLElement>('[data-drop]') ?? null : null;
  const clear = (): void => document.querySelectorAll('[data-drop].over').forEach((el) => el.classList.remove('over'));
  document.addEventListener('dragover', (e) => {
    const z = zone(e);
    if (!z) { clear(); return; }
    e.preventDefault();
    if (e.dataTransfer) e.dataTransfer.dropEffect = 'copy';
    z.classList.add('over');
  });
  document.addEventListener('dragleave', (e) => { if (!e.relatedTarget) clear(); });
  document.addEventListener('drop', (e) => {
    const z = zone(e);
    clear();
    const form = z && document.querySelector<HTMLFormElement>(z.dataset.drop ?? '');
    const field = form?.querySelector<HTMLInputElement>('input[type=file]');
    if (!form || !field || !e.dataTransfer?.files.length) return;
    e.preventDefault();
    field.files = e.dataTransfer.files;
    form.requestSubmit();
  });
}
