/* Loaded (blocking, tiny) only when the user's theme is "auto": sets the theme before the first paint and follows the system. */
{
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const set = () => { document.documentElement.dataset.bsTheme = dark.matches ? 'dark' : 'light'; };
  set();
  dark.addEventListener('change', () => { if (document.documentElement.dataset.theme === 'auto') set(); });
}
