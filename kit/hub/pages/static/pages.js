// Makes a page that works without it a live one: what changed is taken over from the page as the server writes it now,
// element by element, so that focus, scrolling, opened parts and half-written text stay as they are.
"use strict";
(() => {
  const { base, xsrf, events, version: drawn, pause: spacing } = document.body.dataset;
  const lost = document.getElementById("connection");
  const LOST = "The connection to the course is lost. What you see may be old; it is tried again by itself. If this stays, reload the page.";
  const LOST_AFTER = 4000; // a restart of the service is no loss

  function localise(root) {
    for (const one of root.querySelectorAll("time[datetime]")) {
      const at = new Date(one.dateTime);
      one.textContent = at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
      one.title = at.toISOString().slice(0, 16).replace("T", " ") + " UTC";
    }
  }

  function key(node) {
    return node.nodeType === Node.ELEMENT_NODE && node.id ? node.nodeName + "#" + node.id : null;
  }

  // What the reader has in hand is theirs: the state of an unfolded part, and what stands in a field.
  function kept(element, name) {
    return (element.nodeName === "DETAILS" && name === "open") || (name === "value" && element === document.activeElement);
  }

  function mergeAttributes(old, fresh) {
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name) && !kept(old, name)) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value && !kept(old, name)) old.setAttribute(name, value);
    }
  }

  function merge(old, fresh) {
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
      return;
    }
    mergeAttributes(old, fresh);
    if (["TEXTAREA", "INPUT", "SELECT", "IFRAME"].includes(old.nodeName)) return;
    const byKey = new Map([...old.childNodes].map((node) => [key(node), node]).filter(([name]) => name));
    let place = old.firstChild;
    for (const next of [...fresh.childNodes]) {
      const name = key(next);
      let match = name ? byKey.get(name) : place;
      if (match && !name && (key(match) || match.nodeName !== next.nodeName)) match = null;
      if (!match) {
        old.insertBefore(next, place);
        continue;
      }
      if (match === place) place = place.nextSibling;
      else old.insertBefore(match, place);
      merge(match, next);
    }
    while (place) {
      const gone = place;
      place = place.nextSibling;
      gone.remove();
    }
  }

  let asked = 0;
  async function refresh(address = location.href) {
    const mine = ++asked;
    const answer = await fetch(address, { headers: { "X-XSRFToken": xsrf, Accept: "text/html" }, cache: "no-store" });
    if (!answer.ok || answer.redirected) throw new Error("status " + answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== asked) return; // a later one is on its way
    localise(page);
    const card = document.querySelector(".next");
    const before = card && card.textContent;
    merge(document.getElementById("main"), page.getElementById("main"));
    document.title = page.title;
    if (card && card.textContent !== before) {
      card.classList.remove("fresh");
      void card.offsetWidth;
      card.classList.add("fresh");
    }
  }

  function say(words) {
    lost.hidden = !words;
    if (lost.textContent !== words) lost.textContent = words;
  }

  function listen() {
    let source, version = Number(drawn), complaint, retry, pause = 1000;
    let busy = false, again = false;

    // One look at a time, and not more often than this page is worth to the service.
    async function look() {
      if (busy) {
        again = true;
        return;
      }
      busy = true;
      try {
        await refresh();
        well();
      } catch {
        version = undefined; // looked at again as soon as the stream is back
        trouble();
      }
      setTimeout(() => {
        busy = false;
        if (again) {
          again = false;
          look();
        }
      }, Number(spacing));
    }

    function connect() {
      clearTimeout(retry);
      if (source) source.close();
      source = new EventSource(base + events + "?_xsrf=" + encodeURIComponent(xsrf));
      source.addEventListener("changed", (event) => {
        const now = JSON.parse(event.data).version;
        if (version === now) {
          well();
          return;
        }
        version = now;
        look();
      });
      source.addEventListener("error", trouble);
    }
    function well() {
      pause = 1000;
      clearTimeout(complaint);
      complaint = undefined;
      say("");
    }
    function trouble() {
      complaint ??= setTimeout(() => say(LOST), LOST_AFTER);
      source.close();
      clearTimeout(retry);
      retry = setTimeout(connect, pause);
      pause = Math.min(pause * 2, 30000);
    }
    connect();
    addEventListener("online", () => document.hidden || connect());
    // A browser keeps six connections to one host: tabs that nobody looks at must not hold them all.
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) {
        connect();
        return;
      }
      clearTimeout(retry);
      clearTimeout(complaint);
      complaint = undefined;
      source.close();
    });
  }

  function filter(form) {
    let timer;
    const show = () => {
      const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value && value !== "name"));
      const address = form.action + (asked.size ? "?" + asked : "");
      history.replaceState(null, "", address);
      refresh(address).catch(() => location.assign(address));
    };
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(show, 250); });
    form.addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(timer); show(); });
  }

  localise(document);
  document.querySelector("#said, #problem")?.focus();
  document.addEventListener("submit", (event) => {
    const button = event.target.querySelector("button[type=submit]");
    if (event.target.method === "post" && button) button.disabled = true; // clicked twice is meant once
  });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  const form = document.getElementById("filter");
  if (form) filter(form);
  if (events) listen();
})();
