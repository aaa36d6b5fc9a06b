// Brings the numbers up to date each minute. Nothing moves that the reader points at, has selected or is typing into: what
// would move it waits for a later minute.
(() => {
  const held = () => {
    const selection = getSelection();
    const ends = selection.isCollapsed ? [] : [selection.anchorNode, selection.focusNode];
    const pointedAt = [...document.querySelectorAll(":hover")].pop();
    const elements = [pointedAt, document.activeElement, ...ends.map(node => node.parentElement)];
    return elements.filter(element => element && element !== document.body);
  };
  const hasInput = part => [...part.querySelectorAll("input")].some(input => input.value !== input.defaultValue);

  // Whether it could be replaced.
  const replace = (old, fresh) => {
    const elements = held();
    if (old.isEqualNode(fresh)) return true;
    if (elements.some(element => old.contains(element)) || hasInput(old)) return false;
    const places = () => elements.map(element => element.getBoundingClientRect().top).join();
    const before = places();
    const details = [...old.querySelectorAll("details")];
    fresh.querySelectorAll("details").forEach((one, index) => (one.open = details[index]?.open));
    old.replaceWith(fresh);
    if (places() === before) return true;
    fresh.replaceWith(old);
    return false;
  };

  const update = async () => {
    if (document.hidden) return;
    const failed = document.getElementById("failed");
    try {
      const response = await fetch(location.href, { headers: { accept: "text/html" } });
      if (!response.ok) throw response.status;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      // The first part says what is missing in the numbers of the others.
      for (const fresh of page.querySelectorAll("[data-update]")) {
        const isReplaced = replace(document.getElementById(fresh.id), document.adoptNode(fresh));
        if (!isReplaced && fresh.id === "notes") break;
      }
      failed.hidden = true;
    } catch {
      failed.hidden = false;
    }
  };
  setInterval(update, 60_000);
})();
