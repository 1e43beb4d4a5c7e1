'use strict';
// The page can be read without this: it adds the filters, the choice of a path in the graph, and buttons that copy.
(() => {
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const findings = all('.finding');
  const form = document.getElementById('filters');

  const fits = (f, wanted) =>
    wanted.severities.has(f.dataset.severity) &&
    (!wanted.area || f.dataset.area === wanted.area) &&
    (!wanted.state || f.dataset.state.split(' ').includes(wanted.state)) &&
    wanted.words.every((word) => f.text.includes(word));

  const filter = () => {
    const wanted = {
      severities: new Set(all('input[name=severity]:checked', form).map((box) => box.value)),
      area: form.elements.area.value,
      state: form.elements.state.value,
      words: form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean),
    };
    let shown = 0;
    for (const f of findings) {
      f.text ??= f.textContent.toLowerCase();
      f.hidden = !fits(f, wanted);
      shown += f.hidden ? 0 : 1;
    }
    const everything = shown === findings.length;
    for (const list of all('.brief')) list.hidden = !everything;
    for (const group of all('.check, .severity')) group.hidden = !all('.finding', group).some((f) => !f.hidden);
    document.getElementById('shown').textContent = everything ? '' : `${shown} of ${findings.length} findings shown`;
  };

  if (findings.length > 0) {
    form.hidden = false;
    form.addEventListener('input', filter);
    form.addEventListener('submit', (e) => e.preventDefault());
    document.getElementById('open-all').addEventListener('click', () => findings.forEach((f) => { f.open = true; }));
    document.getElementById('close-all').addEventListener('click', () => findings.forEach((f) => { f.open = false; }));
    filter(); // a browser may have kept what was chosen
  }

  // What a link leads to opens.
  const reveal = () => {
    const at = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!at) return;
    const details = at.matches('details') ? at : at.querySelector('details.finding');
    if (details) details.open = true;
  };
  addEventListener('hashchange', reveal);
  reveal();

  // Paper shows all.
  addEventListener('beforeprint', () => all('details').forEach((d) => { d.open = true; }));

  const graph = document.querySelector('.graph');
  if (graph) {
    const parts = all('[data-routes]', graph);
    const highlight = (routes) => {
      graph.classList.toggle('chosen', routes.length > 0);
      for (const part of parts) {
        const own = part.dataset.routes.split(' ');
        part.classList.toggle('on', routes.some((route) => own.includes(route)));
      }
    };
    const choice = document.querySelector('#highlight select');
    const chosen = () => highlight(choice.value === '' ? [] : [choice.value]);
    document.getElementById('highlight').hidden = choice.options.length < 3;
    choice.addEventListener('change', chosen);
    for (const node of all('.node', graph)) {
      node.addEventListener('mouseenter', () => highlight(node.dataset.routes.split(' ').filter(Boolean)));
      node.addEventListener('mouseleave', chosen);
    }
    chosen();
  }

  for (const block of all('pre')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copier';
    button.textContent = 'Copy';
    button.setAttribute('aria-live', 'polite');
    button.addEventListener('click', async () => {
      let done = true;
      try {
        await navigator.clipboard.writeText(block.textContent);
      } catch {
        getSelection().selectAllChildren(block);
        done = document.execCommand('copy');
      }
      button.textContent = done ? 'Copied' : 'Press Ctrl+C';
      setTimeout(() => { button.textContent = 'Copy'; }, 2000);
    });
    block.after(button);
  }
})();
