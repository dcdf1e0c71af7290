"use strict";
(function () {
  const page = document.documentElement;
  const say = (ru, en) => (page.lang === "ru" ? ru : en);
  const make = (tag, name, text) => {
    const made = document.createElement(tag);
    if (name) made.className = name;
    if (text) made.textContent = text;
    return made;
  };
  const button = (text, label, act) => {
    const made = make("button", "tool", text);
    made.type = "button";
    if (label) made.setAttribute("aria-label", label);
    made.addEventListener("click", act);
    return made;
  };
  const live = make("p", "unseen");
  live.setAttribute("role", "status");
  document.body.append(live);
  page.classList.add("scripted");

  // ---- tables
  const shown = (cell) => cell.textContent.replace(/\s+/g, " ").trim();
  const absent = (text) => text === "" || text === "—" || text === "n/a";

  function plainNumber(text, language) {
    const plain = text.replace(/\u2212/g, "-");
    return number[language].test(plain) ? plain.replace(language === "ru" ? /[\u00a0\u202f ]/g : /,/g, "") : null;
  }
  // a number where the column has numbers, otherwise a text; null for what is missing
  function keysOf(rows, at, language) {
    const cells = rows.map((row) => row.cells[at]);
    const values = cells.some((cell) => cell.dataset.value !== undefined)
      ? cells.map((cell) => cell.dataset.value)
      : cells.map((cell) => (cell.classList.contains("number") && plainNumber(shown(cell), language)) || undefined);
    const numbers = values.map((value) => (value === undefined ? null : Number(value.replace(",", "."))));
    // marks such as "< 5" among numbers cannot be ranked: they stand below, with what is missing
    if (numbers.some((one) => one !== null) && numbers.every((one) => one === null || Number.isFinite(one))) return numbers;
    return cells.map((cell) => cell.dataset.value || (absent(shown(cell)) ? null : shown(cell)));
  }

  function sortable(table, language) {
    const head = table.tHead, body = table.tBodies[0];
    if (!head || head.rows.length !== 1 || table.tBodies.length !== 1 || body.rows.length < 2) return;
    // rows that belong to the row above would be torn from it
    if (table.classList.contains("regression") || table.querySelector("[colspan], [rowspan]")) return;
    const first = Array.from(body.rows), compare = new Intl.Collator(language, { numeric: true }).compare;
    const heads = Array.from(head.rows[0].cells);
    if (first.some((row) => row.cells.length !== heads.length)) return;
    let state = { at: -1, way: "none" };
    heads.forEach((cell, at) => {
      const text = shown(cell), press = make("button", "sort");
      press.type = "button";
      press.append(...cell.childNodes);
      press.title = say("Упорядочить по этому столбцу", "Sort by this column");
      cell.append(press);
      press.addEventListener("click", () => {
        const keys = keysOf(first, at, language), numeric = keys.some((key) => typeof key === "number");
        const ways = numeric ? ["descending", "ascending", "none"] : ["ascending", "descending", "none"];
        state = { at, way: state.at === at ? ways[(ways.indexOf(state.way) + 1) % 3] : ways[0] };
        const order = first.map((_, i) => i);
        if (state.way !== "none") {
          order.sort((a, b) => {
            if (keys[a] === null || keys[b] === null) return (keys[a] === null) - (keys[b] === null) || a - b;
            const rank = numeric ? keys[a] - keys[b] : compare(keys[a], keys[b]);
            return (state.way === "ascending" ? rank : -rank) || a - b;
          });
        }
        body.append(...order.map((i) => first[i]));
        heads.forEach((each, i) => {
          if (i === at && state.way !== "none") each.setAttribute("aria-sort", state.way);
          else each.removeAttribute("aria-sort");
        });
        live.textContent = {
          ascending: say("По возрастанию: ", "Sorted ascending: ") + text,
          descending: say("По убыванию: ", "Sorted descending: ") + text,
          none: say("Прежний порядок строк", "Original order of rows"),
        }[state.way];
      });
    });
  }

  // ---- download: what is shown, as a file that a spreadsheet reads and cannot run
  const number = {
    ru: /^[-+]?(\d{1,3}([\u00a0\u202f ]\d{3})+|\d+)(,\d+)?$/,
    en: /^[-+]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?$/,
  };
  function field(text, language, isNumber) {
    const plain = isNumber ? plainNumber(text, language) : null;
    if (plain !== null) return plain;
    const kept = /^[=+\-@\t\r\n＝＋－＠]/.test(text) && !/^[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?$/.test(text) ? "'" + text : text;
    return /[;,"\r\n]/.test(kept) ? '"' + kept.replace(/"/g, '""') + '"' : kept;
  }
  function csvOf(table, language) {
    const badge = table.caption && table.caption.querySelector(".simulated");
    const lines = Array.from(table.rows).map((row, i) => {
      const cells = Array.from(row.cells).map((cell) =>
        field(shown(cell), language, cell.tagName === "TD" && cell.classList.contains("number")));
      if (badge) cells.push(i ? (language === "ru" ? "да" : "yes") : shown(badge));
      return cells.join(language === "ru" ? ";" : ",");
    });
    return "\ufeff" + lines.join("\r\n") + "\r\n";
  }
  function download(text, name) {
    const link = make("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  document.querySelectorAll(".exhibit").forEach((exhibit) => {
    const table = exhibit.querySelector("table"), language = exhibit.lang === "ru" ? "ru" : "en";
    if (!table) return;
    const name = exhibit.id.replace(/^table-/, "") + "." + language + ".csv";
    const number_ = table.caption && table.caption.querySelector("b");
    const which = number_ ? shown(number_).replace(/\.$/, "") : name;
    sortable(table, language);
    const tools = make("p", "tools");
    tools.dataset.medium = "screen";
    tools.append(button(say("Скачать CSV", "Download CSV"), say("Скачать CSV: ", "Download CSV: ") + which,
      () => download(csvOf(table, language), name)));
    const scroll = exhibit.querySelector(".scroll");
    if (scroll) scroll.after(tools); else exhibit.append(tools);
  });

  // ---- folded parts: a button for all, addresses that open what they name, everything open on paper
  const folded = Array.from(document.querySelectorAll("details.annex-group"));
  const sections = new Map();
  folded.forEach((each) => {
    const home = each.closest("section") || document.querySelector("main");
    if (home) sections.set(home, (sections.get(home) || []).concat(each));
  });
  sections.forEach((group) => {
    const all = button("", "", () => {
      const open = group.some((each) => !each.open);
      group.forEach((each) => { each.open = open; });
      name();
    });
    const name = () => {
      const open = group.some((each) => !each.open);
      all.textContent = open ? say("Развернуть всё", "Open all") : say("Свернуть всё", "Close all");
      all.setAttribute("aria-expanded", String(!open));
    };
    group.forEach((each) => each.addEventListener("toggle", name));
    name();
    const tools = make("p", "tools");
    tools.dataset.medium = "screen";
    tools.append(all);
    group[0].before(tools);
  });
  function reveal() {
    let target = null;
    try { target = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch { return; }
    if (!target) return;
    let opened = false;
    for (let at = target; at; at = at.parentElement) {
      if (at.tagName === "DETAILS" && !at.open) { at.open = true; opened = true; }
    }
    if (opened) target.scrollIntoView();
  }
  window.addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link && link.hash === location.hash) reveal();
  });
  reveal();
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = Array.from(document.querySelectorAll("details:not([open])"));
    closed.forEach((each) => { each.open = true; });
  });
  window.addEventListener("afterprint", () => closed.forEach((each) => { each.open = false; }));

  // ---- contents: where the reader is
  const links = new Map();
  document.querySelectorAll(".contents li a[href^='#']").forEach((link) => {
    const target = document.getElementById(link.hash.slice(1));
    if (target) links.set(target, link);
  });
  if (!links.size || !("IntersectionObserver" in window)) return;
  const visible = new Set(), nav = document.querySelector(".contents");
  const watch = new IntersectionObserver((entries) => {
    entries.forEach((entry) => (entry.isIntersecting ? visible.add(entry.target) : visible.delete(entry.target)));
    const here = Array.from(links.keys()).find((target) => visible.has(target));
    links.forEach((link, target) => {
      if (target === here) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    });
    if (!here || nav.scrollHeight <= nav.clientHeight) return;
    const link = links.get(here), top = link.offsetTop - nav.offsetTop;
    if (top < nav.scrollTop || top > nav.scrollTop + nav.clientHeight - 60) nav.scrollTop = top - nav.clientHeight / 2;
  }, { rootMargin: "-10% 0px -65% 0px" });
  links.forEach((_, target) => watch.observe(target));
})();
