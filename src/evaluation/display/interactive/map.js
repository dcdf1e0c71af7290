"use strict";
(function () {
  const SVG = "http://www.w3.org/2000/svg";
  const plainName = (text) => text.toLowerCase().replace(/ё/g, "е").trim();

  function start(root) {
    const data = JSON.parse(root.querySelector("script[type='application/json']").textContent);
    const say = data.words;
    const part = (name) => root.querySelector("[data-part=" + name + "]");
    const svg = part("svg"), area = part("area"), tip = part("tip"), live = part("live"), search = part("search");
    const found = part("found"), body = part("rows"), scroller = part("scroller"), legend = part("legend");
    const rule = part("rule"), pickIndicator = part("indicator"), pickYear = part("year");
    const ring = part("ring");
    const count = data.units.length;
    const names = data.units.map((one) => plainName(one[0]));
    const shapes = new Map(), rows = [];
    svg.querySelectorAll("[data-i]").forEach((shape) => {
      const i = Number(shape.dataset.i);
      shapes.set(i, (shapes.get(i) || []).concat(shape));
    });
    let current = -1, pinned = -1, order = { column: "name", up: true };
    let view = { x: 0, y: 0, k: 1 };

    // ---- numbers as the rest of the report writes them
    function digits(value, decimals) {
      const text = Math.abs(value).toFixed(decimals);
      const [whole, rest] = text.split(".");
      const grouped = whole.replace(/\B(?=(\d{3})+$)/g, data.group);
      const sign = value < 0 && /[1-9]/.test(text) ? "\u2212" : "";
      return sign + grouped + (rest ? data.point + rest : "");
    }
    function form(value, forms) {
      const n = Math.abs(value);
      if (forms.length === 2) return n === 1 ? forms[0] : forms[1];
      if (!Number.isInteger(n)) return forms[1];
      if (n % 100 >= 11 && n % 100 <= 14) return forms[2];
      return n % 10 === 1 ? forms[0] : n % 10 >= 2 && n % 10 <= 4 ? forms[1] : forms[2];
    }
    const indicator = () => data.indicators[Number(pickIndicator.value)];
    const series = () => indicator().years[pickYear.value];
    const state = (i) => series().class[i];
    const has = (name) => Boolean(series()[name]);
    function valueText(i) {
      if (state(i) === "h") return say.hidden;
      const value = series().value[i];
      if (value === null) return say.no_data;
      const one = indicator(), text = digits(value, one.decimals);
      if (!one.forms.length || !form(value, one.forms)) return text;
      return text + (one.close ? "" : "\u00a0") + form(value, one.forms).replace(/ /g, "\u00a0");
    }
    function intervalText(i) {
      if (!has("low") || series().low[i] === null || series().high[i] === null) return "";
      const ends = [series().low[i], series().high[i]].map((end) => digits(end, series().ends));
      return say.between.replace("{}", ends[0]).replace("{}", ends[1]);
    }
    const nText = (i) => (has("n") && series().n[i] !== null ? digits(series().n[i], 0) : "");
    function lines(i) {
      const told = [indicator().label + ", " + pickYear.value + ": " + valueText(i)];
      if (intervalText(i)) told.push(say.interval + ": " + intervalText(i));
      if (nText(i)) told.push("n = " + nText(i));
      return told;
    }
    const fill = (i) => {
      const mark = state(i);
      if (mark === "h") return "url(#" + data.name + "-hidden)";
      return mark === "n" ? "url(#" + data.name + "-no-data)" : indicator().classes[Number(mark)][0];
    };
    const dark = (colour) => {
      const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255);
      return 0.299 * r + 0.587 * g + 0.114 * b < 0.5;
    };

    // ---- painting
    function paint() {
      shapes.forEach((list, i) => {
        const colour = fill(i), letters = colour[0] === "#" && dark(colour) ? "#ffffff" : "#1f2933";
        list.forEach((shape) => shape.setAttribute("fill", shape.tagName === "text" ? letters : colour));
      });
      const counts = {};
      for (const mark of series().class) counts[mark] = (counts[mark] || 0) + 1;
      const entries = indicator().classes.map((one, at) => [one[0], one[1], counts[at] || 0]);
      if (counts.n) entries.push(["url(#" + data.name + "-no-data)", say.no_data, counts.n]);
      if (counts.h) entries.push(["url(#" + data.name + "-hidden)", say.hidden, counts.h]);
      legend.replaceChildren(...entries.map(([colour, text, number]) => {
        const item = document.createElement("li"), swatch = document.createElementNS(SVG, "svg");
        const box = document.createElementNS(SVG, "rect");
        swatch.setAttribute("aria-hidden", "true");
        for (const [key, value] of [["width", 24], ["height", 15], ["fill", colour]]) box.setAttribute(key, value);
        swatch.append(box);
        item.append(swatch, text + " (" + digits(number, 0) + ")");
        return item;
      }));
      rule.textContent = indicator().rule;
      fillTable();
      if (current >= 0) show(current, false);
    }

    // ---- table
    const head = { name: part("head-name"), value: part("head-value"), interval: part("head-interval"), n: part("head-n") };
    function rowOf(i) {
      const row = document.createElement("tr"), name = document.createElement("th");
      name.scope = "row";
      name.textContent = data.units[i][0];
      row.append(name);
      for (let cell = 0; cell < 3; cell += 1) row.append(document.createElement("td"));
      row.addEventListener("click", () => pin(i));
      return row;
    }
    for (let i = 0; i < count; i += 1) rows.push(rowOf(i));
    function key(i) {
      if (order.column === "name") return names[i];
      if (order.column === "interval") return has("low") ? series().low[i] : null;
      return order.column === "n" ? (has("n") ? series().n[i] : null) : series().value[i];
    }
    function sortRows() {
      const places = rows.map((_, i) => i), compare = new Intl.Collator(data.language).compare;
      const keys = places.map(key);
      places.sort((a, b) => {
        if (keys[a] === null || keys[b] === null) return (keys[a] === null) - (keys[b] === null) || a - b;
        const way = order.column === "name" ? compare(keys[a], keys[b]) : keys[a] - keys[b];
        return (order.up ? way : -way) || a - b;
      });
      body.replaceChildren(...places.map((i) => rows[i]));
      for (const [name, cell] of Object.entries(head)) {
        cell.setAttribute("aria-sort", name !== order.column ? "none" : order.up ? "ascending" : "descending");
      }
    }
    function fillTable() {
      rows.forEach((row, i) => {
        row.cells[1].textContent = valueText(i);
        row.cells[2].textContent = intervalText(i);
        row.cells[3].textContent = nText(i);
      });
      root.classList.toggle("no-interval", !has("low"));
      root.classList.toggle("no-n", !has("n"));
      head.value.querySelector("button").firstChild.textContent = indicator().label + ", " + pickYear.value;
      sortRows();
    }
    for (const [name, cell] of Object.entries(head)) {
      cell.querySelector("button").addEventListener("click", () => {
        order = { column: name, up: order.column === name ? !order.up : name === "name" };
        sortRows();
        const told = order.up ? say.sorted_up : say.sorted_down;
        announce(told.replace("{}", cell.querySelector("button").textContent.trim()));
      });
    }
    scroller.addEventListener("keydown", (event) => {
      if (event.target !== scroller || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
      event.preventDefault();
      const seen = Array.from(body.rows).filter((row) => !row.hidden);
      const at = seen.indexOf(rows[current]) + (event.key === "ArrowDown" ? 1 : -1);
      if (seen[at]) show(rows.indexOf(seen[at]), true);
    });

    // ---- one territory
    function announce(text) { live.textContent = text; }
    function mark(i) {
      rows.forEach((row, at) => row.classList.toggle("current", at === i));
      const row = rows[i];
      if (!row) return;
      const top = row.offsetTop - head.name.offsetHeight, bottom = row.offsetTop + row.offsetHeight;
      if (top < scroller.scrollTop) scroller.scrollTop = top;
      else if (bottom > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = bottom - scroller.clientHeight;
    }
    function outline(i) {
      const shape = (shapes.get(i) || [])[0];
      if (!shape) { ring.setAttribute("d", ""); return; }
      ring.setAttribute("d", shape.getAttribute("d"));
    }
    function show(i, aloud) {
      current = i;
      const title = document.createElement("strong");
      title.textContent = data.units[i][0] + (pinned === i ? " · " + say.pinned : "");
      tip.replaceChildren(title, ...lines(i).map((text) => {
        const line = document.createElement("span");
        line.textContent = text;
        return line;
      }));
      tip.hidden = false;
      outline(i);
      mark(i);
      if (data.units[i].length > 1) intoView(i);
      place(i);
      if (aloud) announce([data.units[i][0], ...lines(i)].join(". ") + (pinned === i ? ". " + say.pinned : ""));
    }
    function place(i) {
      const frame = area.getBoundingClientRect(), box = svg.getBoundingClientRect();
      let x = box.width / 2, y = 0;
      if (data.units[i].length > 1) {
        const scale = Math.min(box.width / data.width, box.height / data.height) * view.k;
        const spare = [(box.width - data.width * scale / view.k) / 2, (box.height - data.height * scale / view.k) / 2];
        x = (data.units[i][1] - view.x) * scale + spare[0];
        y = (data.units[i][2] - view.y) * scale + spare[1];
      }
      const wide = tip.offsetWidth, high = tip.offsetHeight;
      const left = Math.max(0, Math.min(frame.width - wide, x - wide / 2));
      const top = y - high - 14 < 0 ? Math.min(y + 18, frame.height - high) : y - high - 14;
      tip.style.left = left + "px";
      tip.style.top = Math.max(0, top) + "px";
    }
    function hide() {
      current = -1;
      tip.hidden = true;
      outline(-1);
      mark(-1);
    }
    function pin(i) {
      pinned = pinned === i ? -1 : i;
      root.classList.toggle("pinned", pinned >= 0);
      show(i, true);
      if (pinned < 0) announce(data.units[i][0] + ": " + say.unpinned);
    }
    function release() {
      if (pinned >= 0) announce(data.units[pinned][0] + ": " + say.unpinned);
      pinned = -1;
      root.classList.remove("pinned");
      hide();
    }

    // ---- mouse and finger
    const under = (event) => {
      const shape = event.target.closest("[data-i]");
      return shape ? Number(shape.dataset.i) : -1;
    };
    let drag = null;
    svg.addEventListener("pointermove", (event) => {
      if (drag) {
        const scale = unitsPerPixel();
        const moved = [event.clientX - drag.x, event.clientY - drag.y];
        if (Math.abs(moved[0]) + Math.abs(moved[1]) > 4) drag.moved = true;
        if (drag.moved) look(drag.from.x - moved[0] * scale, drag.from.y - moved[1] * scale, view.k);
        return;
      }
      if (pinned >= 0 || event.pointerType === "touch") return;
      const i = under(event);
      if (i >= 0 && i !== current) show(i, false);
      if (i < 0 && current >= 0 && document.activeElement !== area) hide();
    });
    svg.addEventListener("pointerdown", (event) => {
      drag = { x: event.clientX, y: event.clientY, from: view, moved: false };
    });
    window.addEventListener("pointerup", () => setTimeout(() => { drag = null; }, 0));
    window.addEventListener("pointercancel", () => { drag = null; });
    area.addEventListener("pointerleave", () => {
      if (pinned < 0 && document.activeElement !== area) hide();
    });
    svg.addEventListener("click", (event) => {
      if (drag && drag.moved) return;
      const i = under(event);
      if (i >= 0) pin(i); else release();
    });
    area.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && document.activeElement !== area) return;
      event.preventDefault();
      const box = svg.getBoundingClientRect(), scale = unitsPerPixel();
      const spare = [(box.width - data.width / scale / view.k) / 2, (box.height - data.height / scale / view.k) / 2];
      const at = [view.x + (event.clientX - box.left - spare[0]) * scale, view.y + (event.clientY - box.top - spare[1]) * scale];
      zoom(event.deltaY < 0 ? 1.25 : 0.8, at);
    }, { passive: false });

    // ---- zoom
    function unitsPerPixel() {
      const box = svg.getBoundingClientRect();
      return 1 / (Math.min(box.width / data.width, box.height / data.height) * view.k);
    }
    function look(x, y, k) {
      const size = Math.min(40, Math.max(1, k)), wide = data.width / size, high = data.height / size;
      view = { k: size, x: Math.max(0, Math.min(data.width - wide, x)), y: Math.max(0, Math.min(data.height - high, y)) };
      svg.setAttribute("viewBox", [view.x, view.y, wide, high].map((n) => Math.round(n * 100) / 100).join(" "));
      root.classList.toggle("zoomed", view.k > 1);
      if (current >= 0) place(current);
    }
    function zoom(factor, at) {
      const from = at || (current >= 0 && data.units[current].length > 1
        ? [data.units[current][1], data.units[current][2]]
        : [view.x + data.width / view.k / 2, view.y + data.height / view.k / 2]);
      const k = Math.min(40, Math.max(1, view.k * factor));
      const share = [(from[0] - view.x) * view.k / data.width, (from[1] - view.y) * view.k / data.height];
      look(from[0] - share[0] * data.width / k, from[1] - share[1] * data.height / k, k);
    }
    function intoView(i) {
      const [, x, y] = data.units[i], wide = data.width / view.k, high = data.height / view.k;
      if (x < view.x || x > view.x + wide || y < view.y || y > view.y + high) look(x - wide / 2, y - high / 2, view.k);
    }
    part("zoom-in").addEventListener("click", () => zoom(1.5));
    part("zoom-out").addEventListener("click", () => zoom(1 / 1.5));
    part("reset").addEventListener("click", () => look(0, 0, 1));

    // ---- keys
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    function next(way) {
      const [, x, y] = data.units[current];
      let best = -1, least = Infinity;
      data.units.forEach((one, i) => {
        if (i === current || one.length < 2) return;
        const along = (one[1] - x) * way[0] + (one[2] - y) * way[1];
        const aside = Math.abs((one[1] - x) * way[1]) + Math.abs((one[2] - y) * way[0]);
        if (along <= 0 || aside > along * 1.2) return;
        const far = along * along + 2 * aside * aside;
        if (far < least) { least = far; best = i; }
      });
      return best;
    }
    function first() {
      const middle = [view.x + data.width / view.k / 2, view.y + data.height / view.k / 2];
      let best = -1, least = Infinity;
      data.units.forEach((one, i) => {
        const far = one.length < 2 ? Infinity : (one[1] - middle[0]) ** 2 + (one[2] - middle[1]) ** 2;
        if (far < least) { least = far; best = i; }
      });
      return best;
    }
    area.addEventListener("keydown", (event) => {
      if (event.altKey || event.metaKey || event.ctrlKey) return;
      const way = ways[event.key];
      if (way) {
        const to = current < 0 || data.units[current].length < 2 ? first() : next(way);
        if (to < 0) announce(say.edge);
        else {
          if (pinned >= 0) { pinned = -1; root.classList.remove("pinned"); }
          show(to, true);
        }
      } else if (event.key === "Enter" || event.key === " ") {
        if (current >= 0) pin(current);
      } else if (event.key === "Escape") release();
      else if (event.key === "+" || event.key === "=") zoom(1.5);
      else if (event.key === "-" || event.key === "_") zoom(1 / 1.5);
      else if (event.key === "0") look(0, 0, 1);
      else return;
      event.preventDefault();
    });
    area.addEventListener("focus", () => {
      if (current < 0 && area.matches(":focus-visible") && first() >= 0) show(first(), true);
    });
    area.addEventListener("blur", () => { if (pinned < 0) hide(); });

    // ---- search
    let matches = [];
    search.addEventListener("input", () => {
      const wanted = plainName(search.value);
      matches = [];
      rows.forEach((row, i) => {
        const fits = names[i].includes(wanted);
        row.hidden = !fits;
        if (fits) matches.push(i);
        (shapes.get(i) || []).forEach((shape) => shape.classList.toggle("faint", !fits));
      });
      matches.sort((a, b) => names[a].indexOf(wanted) - names[b].indexOf(wanted) || a - b);
      found.textContent = wanted ? say.found.replace("{}", digits(matches.length, 0)) : "";
    });
    search.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && search.value.trim() && matches.length) {
        event.preventDefault();
        const to = matches[0];
        area.focus({ preventScroll: true });
        if (data.units[to].length > 1 && view.k < 2 && count > 150) {
          look(data.units[to][1] - data.width / 12, data.units[to][2] - data.height / 12, 6);
        }
        if (pinned !== to) pin(to);
      } else if (event.key === "Escape") {
        search.value = "";
        search.dispatchEvent(new Event("input"));
      }
    });

    pickIndicator.addEventListener("change", () => {
      const kept = pickYear.value, years = Object.keys(indicator().years);
      pickYear.replaceChildren(...years.map((year) => new Option(year, year)));
      pickYear.value = years.includes(kept) ? kept : years[years.length - 1];
      paint();
    });
    pickYear.addEventListener("change", paint);
    window.addEventListener("resize", () => { if (current >= 0) place(current); });
    pickIndicator.value = "0";
    pickYear.value = data.year;
    paint();
  }
  document.querySelectorAll("[data-interactive-map]").forEach(start);
})();
