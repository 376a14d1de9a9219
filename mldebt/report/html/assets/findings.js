/* What a person does with the findings: look for words, choose a rule and severities. */
const byId = (id) => document.getElementById(id);
const words = byId("words"), rule = byId("rule"), shown = byId("shown");
const severities = [...document.querySelectorAll("input[name=severity]")];
const files = [...document.querySelectorAll("section.file")].map((element) => ({
  element, found: [...element.querySelectorAll("article.found")].map((article) => ({ article, text: article.textContent.toLowerCase() })),
}));
const total = files.reduce((sum, file) => sum + file.found.length, 0);

function sift() {
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  const chosen = new Set(severities.filter((box) => box.checked).map((box) => box.value));
  let count = 0;
  files.forEach(({ element, found }) => {
    let left = 0;
    found.forEach(({ article, text }) => {
      const { code, severity } = article.dataset;
      article.hidden = !(chosen.has(severity) && (!rule.value || rule.value === code) && wanted.every((word) => text.includes(word)));
      left += !article.hidden;
    });
    element.hidden = !left;
    count += left;
  });
  byId("none").hidden = count > 0;
  shown.textContent = count === total ? `${total} finding${total === 1 ? "" : "s"}` : `${count} of ${total} findings`;
}

function reset() {
  words.value = rule.value = "";
  severities.forEach((box) => { box.checked = true; });
  sift();
}

/* A finding that a link leads to is never hidden. */
function follow() {
  const target = document.getElementById(location.hash.slice(1));
  if (target?.hidden) { reset(); target.scrollIntoView(); }
}

[words, rule, ...severities].forEach((part) => part.addEventListener("input", sift));
byId("reset").addEventListener("click", reset);
addEventListener("hashchange", follow);
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.activeElement === words) reset();
  if (event.key === "/" && document.activeElement !== words) { event.preventDefault(); words.focus(); }
});
byId("filter").hidden = false;
sift();
