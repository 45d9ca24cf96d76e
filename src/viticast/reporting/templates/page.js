"use strict";
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const page = read("figures");
  const specs = read("charts");
  const text = page.text;
  const portuguese = page.language === "pt";
  const whole = new Intl.NumberFormat(portuguese ? "pt-BR" : "en-GB", { maximumFractionDigits: 0 });
  const bounds = ["yhat", "lo80", "hi80", "lo95", "hi95"];

  const all = page.series.map(
    ([id, path, unit, source, kind, first, values, marks, corrections, start, forecasts, why, scaled]) => ({
      id, path, first, values, start, forecasts, scaled: scaled === 1, explanation: page.explanations[why] ?? null,
      unit: page.units[unit], source: page.sources[source], kind: page.classes[kind],
      root: id.split("/", 1)[0], marks: new Map(marks), corrections: new Map(corrections),
    })
  );
  const byId = new Map(all.map((series) => [series.id, series]));
  const rootName = new Map(page.roots.map((root) => [root.id, root.name]));
  const nameOf = (series) => (series.path.length ? series.path.join(" › ") : text.total);
  const fullName = (series) => rootName.get(series.root) + " › " + nameOf(series);
  const lastOf = (series) => {
    for (let i = series.values.length - 1; i >= 0; i--) {
      if (series.values[i] !== null) return { year: series.first + i, value: series.values[i] };
    }
    return null;
  };

  // The rows of viticast.reporting.records.chart_datasets, made here so that every figure stands once in the file.
  const rowsOf = (series) => {
    const history = series.values.map((value, i) => {
      const year = series.first + i;
      return { year, value, correction: value === null ? null : series.corrections.get(year) ?? null };
    });
    const gaps = [...series.marks].map(([year, mark]) => ({ year, mark: text.marks[mark] ?? mark }));
    const forecast = series.forecasts.map((row, i) => {
      const point = { year: series.start + i, actual: false };
      bounds.forEach((name, k) => { point[name] = row[k]; });
      return point;
    });
    const last = lastOf(series);
    if (forecast.length && last) {
      const point = { year: last.year, actual: true };
      bounds.forEach((name) => { point[name] = last.value; });
      forecast.unshift(point);
    }
    return { history, gaps, forecast };
  };

  const componentsOf = (series) => {
    const [first, levels, trends] = page.components[series.id] ?? [0, [], []];
    return levels.map((level, i) => {
      const value = series.values[first + i - series.first] ?? null;
      return { year: first + i, value, level, trend: trends[i], irregular: value === null ? null : value - level };
    });
  };

  const options = {
    mode: "vega-lite", renderer: "svg", formatLocale: page.locale,
    // a series without marks or corrections has layers without rows, which Vega warns of: show its errors only
    logLevel: 1,
    actions: { export: true, source: false, compiled: false, editor: false },
    i18n: { PNG_ACTION: text.save_png, SVG_ACTION: text.save_svg, CLICK_TO_VIEW_ACTIONS: text.menu },
  };
  const wrapped = (line, width) => line.split(" ").reduce((lines, word) => {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
    return lines;
  }, []);
  const fillSource = (value, source) => {
    if (value === null || typeof value !== "object") return;
    if (Array.isArray(value.title) && value.title[0] === "{source}") value.title = wrapped(source, 58);
    Object.values(value).forEach((child) => fillSource(child, source));
  };
  const draw = async (node, spec, series) => {
    const copy = structuredClone(spec);
    if (series) {
      copy.datasets = { ...copy.datasets, ...rowsOf(series), components: componentsOf(series) };
      copy.description = (copy.usermeta?.chart_of ?? text.chart_of) + fullName(series);
      copy.title = series.path.length
        ? { text: nameOf(series), subtitle: rootName.get(series.root) }
        : { text: rootName.get(series.root), ...(copy.title.subtitle && { subtitle: copy.title.subtitle }) };
      fillSource(copy, series.source);
    }
    const name = [copy.title?.text ?? (copy.title || node.id), copy.usermeta?.part ?? ""].join(" ");
    const result = await window.vegaEmbed(node, copy, { ...options, downloadFileName: name.match(/[\p{L}\p{N}]+/gu).join("_") });
    node.dataset.drawn = "true";
    return result;
  };

  const flowSelect = document.getElementById("flow");
  const seriesInput = document.getElementById("series");
  const list = document.getElementById("series-list");
  const status = document.getElementById("facts");
  const chart = document.getElementById("chart-explorer");
  let names = new Map();
  let current = null;

  const fillList = () => {
    const root = flowSelect.value;
    const shown = all.filter((series) => !root || series.root === root);
    names = new Map(shown.map((series) => [root ? nameOf(series) : fullName(series), series]));
    list.replaceChildren(...[...names.keys()].map((name) => new Option(name, name)));
  };

  const line = (parent, label, value) => {
    const strong = document.createElement("strong");
    strong.textContent = value;
    parent.append(`${label}: `, strong, ". ");
  };
  const withUnit = (series, value) =>
    series.unit.id === "USD" ? `US$ ${whole.format(value)}` : `${whole.format(value)} ${series.unit.name}`;

  const yearsOf = (notes) => {
    const years = new Map();
    notes.forEach((note, year) => years.set(note, [...(years.get(note) ?? []), year]));
    return years;
  };
  // 1970, 1971, 1972 and 1980 as 1970–1972, 1980
  const spans = (years) => years.reduce((found, year) => {
    const last = found[found.length - 1];
    if (last?.[1] === year - 1) last[1] = year;
    else found.push([year, year]);
    return found;
  }, []).map(([first, last]) => (first === last ? first : `${first}–${last}`)).join(", ");

  const describe = (series) => {
    status.replaceChildren();
    const last = lastOf(series);
    line(status, text.class, text.classes[series.kind] ?? series.kind);
    line(status, last ? `${text.last} (${last.year})` : text.last, last ? withUnit(series, last.value) : text.no_data);
    if (series.forecasts.length) {
      const row = series.forecasts[series.forecasts.length - 1];
      line(status, `${text.forecast} ${series.start + series.forecasts.length - 1}`, withUnit(series, row[0]));
      line(status, text.interval80, `${whole.format(row[1])} – ${whole.format(row[2])}`);
    }
    if (series.corrections.size) {
      const corrected = [...yearsOf(series.corrections)].map(([id, years]) => `${spans(years)} (${id})`);
      line(status, text.corrections_label, corrected.join("; "));
    }
    if (series.marks.size) {
      const missing = [...yearsOf(series.marks)].map(([mark, years]) => `${spans(years)} – ${text.marks[mark] ?? mark}`);
      line(status, text.marks_label, missing.join("; "));
    }
  };

  const told = text.explanation;
  const tenth = new Intl.NumberFormat(portuguese ? "pt-BR" : "en-GB", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const percent = (share) => `${tenth.format(100 * share)}\u00a0%`;
  const filled = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  const reasonOf = (series) => {
    const [members, , basis, ofClass, ofTree, best, standing, saved] = series.explanation;
    const values = {
      class_past: whole.format(ofClass), best: told.recipes[best], default: told.recipes[standing],
      saved: tenth.format(saved),
      of_tree: ofTree < ofClass ? filled(told.of_tree, { tree_past: whole.format(ofTree) }) : "",
    };
    const sentences = [told.classes[series.kind]];
    if (!members.length) return [...sentences, told.zero];
    sentences.push(filled(told.basis[basis], values));
    if (basis === "past") sentences.push(filled(best === standing ? told.best_is_default : told.best, values));
    return [...sentences, series.scaled ? told.scaled : told.not_scaled];
  };

  const explain = (series) => {
    const [members, recipes] = series.explanation ?? [[], []];
    document.getElementById("why").textContent = (series.explanation ? reasonOf(series) : [told.none]).join(" ");
    document.getElementById("shares").hidden = !members.length;
    document.querySelector("#shares tbody").replaceChildren(...members.map(([name, share]) => {
      const row = document.createElement("tr");
      const head = document.createElement("th");
      const cell = document.createElement("td");
      const bar = document.createElement("span");
      head.className = "text";
      head.scope = "row";
      head.textContent = told.members[name] ?? name;
      bar.className = "bar";
      bar.style.width = `calc((100% - 4.5rem) * ${share / members[0][1]})`;
      cell.append(bar, percent(share));
      row.append(head, cell);
      return row;
    }));
    const mixes = recipes.map(([name, share]) => `${told.recipes[name] ?? name} ${percent(share)}`);
    document.getElementById("mixes").textContent = members.length ? `${told.recipes_label}: ${mixes.join("; ")}.` : "";
  };

  const tableRows = (series) => {
    const rows = series.values.map((value, i) => {
      const year = series.first + i;
      const notes = [];
      if (series.marks.has(year)) notes.push(text.marks[series.marks.get(year)] ?? series.marks.get(year));
      if (series.corrections.has(year)) notes.push(`${text.corrected}: ${series.corrections.get(year)}`);
      return [year, value, null, null, null, null, null, notes.join("; ")];
    });
    series.forecasts.forEach((row, i) => rows.push([series.start + i, null, ...row, ""]));
    return rows;
  };

  const fillTable = (series) => {
    const body = document.querySelector("#series-table tbody");
    const cell = (value, year) => {
      const td = document.createElement("td");
      td.textContent = value === null ? "" : typeof value === "number" && !year ? whole.format(value) : value;
      return td;
    };
    body.replaceChildren(...tableRows(series).reverse().map((row) => {
      const tr = document.createElement("tr");
      const [year, value, yhat, lo80, hi80, lo95, hi95, note] = row;
      const range = (lo, hi) => (lo === null ? "" : `${whole.format(lo)} – ${whole.format(hi)}`);
      const last = cell(note);
      last.className = "text";
      tr.append(cell(year, true), cell(value), cell(yhat), cell(range(lo80, hi80)), cell(range(lo95, hi95)), last);
      return tr;
    }));
  };

  const show = async (series) => {
    current = series;
    describe(series);
    explain(series);
    fillTable(series);
    await draw(chart, specs["chart-explorer"], series);
    chart.dataset.series = series.id;
  };

  const choose = async () => {
    const series = names.get(seriesInput.value);
    seriesInput.setCustomValidity(series || !seriesInput.value ? "" : text.not_found);
    if (series && series !== current) {
      window.history.replaceState(null, "", "#serie=" + encodeURIComponent(series.id));
      await show(series);
    }
  };

  // A spreadsheet runs a cell that begins with = + - or @: an apostrophe keeps it a text.
  const csvCell = (value) => {
    if (value === null) return "";
    const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
    return /[";\n\r,]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const csvOf = (series) => {
    const head = ["series_id", "series", "unit", "year", "value", ...bounds, "note", "source"];
    const stamp = page.watermark ? `${page.watermark}: ${series.source}` : series.source;
    const rows = tableRows(series).map((row) => [series.id, fullName(series), series.unit.name, ...row, stamp]);
    return [head, ...rows].map((row) => row.map(csvCell).join(portuguese ? ";" : ",")).join("\r\n");
  };
  const download = () => {
    if (!current) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff" + csvOf(current)], { type: "text/csv" }));
    link.download = current.id.replaceAll("/", "-") + ".csv";
    link.click();
    URL.revokeObjectURL(link.href);
  };
  window.viticast = { csvCell, csvOf: (id) => csvOf(byId.get(id)) };

  const start = async () => {
    flowSelect.append(new Option(text.all, ""), ...page.roots.map((root) => new Option(root.name, root.id)));
    const wanted = byId.get(decodeURIComponent((location.hash.match(/^#serie=(.+)$/) ?? [])[1] ?? ""));
    const first = wanted ?? all[0];
    flowSelect.value = first.root;
    fillList();
    seriesInput.value = nameOf(first);
    flowSelect.addEventListener("change", () => { fillList(); seriesInput.value = ""; seriesInput.focus(); });
    seriesInput.addEventListener("input", choose);
    seriesInput.addEventListener("change", () => { choose(); seriesInput.reportValidity(); });
    seriesInput.addEventListener("focus", () => seriesInput.select());
    document.getElementById("download").addEventListener("click", download);
    for (const node of document.querySelectorAll(".chart[data-chart]")) {
      await draw(node, specs[node.dataset.chart], byId.get(node.dataset.root));
    }
    await show(first);
    document.documentElement.dataset.ready = "true";
  };
  start();
})();
