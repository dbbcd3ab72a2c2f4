"""How the page looks, and the one thing that it does: find a nym (specs/report.md)."""

STYLE = """
:root{color-scheme:light dark;--ink:#1a1a1a;--soft:#555;--page:#fff;--line:#c4c4c4;
--part:#1f5f9e;--whole:#e6e6e6;--mark:#fff3c4}
@media(prefers-color-scheme:dark){:root{--ink:#ececec;--soft:#b4b4b4;--page:#161616;
--line:#4a4a4a;--part:#7db4ee;--whole:#333;--mark:#4a3f10}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem 1rem 4rem;max-width:60rem;background:var(--page);
color:var(--ink);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:break-word}
h1{font-size:1.8rem;line-height:1.2;margin:0 0 .5rem}
h2{font-size:1.3rem;margin:2.5rem 0 .75rem;padding-bottom:.25rem;
border-bottom:1px solid var(--line)}
h3{font-size:1.05rem;margin:1.5rem 0 .25rem}
p{margin:.5rem 0;max-width:46rem}
ul{margin:.5rem 0;padding-left:1.25rem}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;padding:0;list-style:none}
a{color:inherit}
.soft,caption{color:var(--soft)}
.verdict{border:3px solid var(--ink);border-radius:.4rem;padding:.75rem 1rem;
margin:1rem 0}
.verdict.fails{border-style:double;border-width:7px}
.verdict p:first-child{font-size:1.25rem;font-weight:700;margin-top:0}
code,pre,.hex{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.85em;
overflow-wrap:anywhere}
td,li{overflow-wrap:anywhere}
pre{white-space:pre-wrap;border-left:4px solid var(--line);padding:.25rem .75rem;
margin:.5rem 0}
table{width:100%;border-collapse:collapse;margin:1rem 0}
caption{text-align:left;padding:.25rem 0}
th,td{text-align:left;vertical-align:top;padding:.3rem .75rem .3rem 0;
border-bottom:1px solid var(--line)}
th[scope=row]{font-weight:400}
.numbers td{text-align:right;font-variant-numeric:tabular-nums;overflow-wrap:normal}
.numbers thead th+th{text-align:right}
.numbers .words{text-align:left}
tr:target{background:var(--mark);outline:2px solid var(--ink)}
svg{display:block;margin:1rem 0;max-width:46rem;overflow:visible}
svg text{fill:var(--ink);font-size:14px}
svg .whole{fill:var(--whole);stroke:var(--line)}
svg .part{fill:var(--part);stroke:var(--ink)}
#find{width:100%;max-width:46rem;padding:.5rem;font:inherit;color:inherit;
background:var(--page);border:1px solid var(--ink)}
[hidden]{display:none!important}
@media(max-width:40rem){
table,tbody,tr,th[scope=row],td{display:block}
thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
caption{display:block}
tr{border-bottom:1px solid var(--line);padding:.4rem 0}
th,td{border:0;padding:.1rem 0}
.numbers td{text-align:left}
td:empty{display:none}
[data-column]:not([data-column=""])::before{content:attr(data-column) ": ";
color:var(--soft)}
}
@media print{
:root{color-scheme:light;--ink:#000;--soft:#333;--page:#fff;--line:#888;--part:#555;
--whole:#fff;--mark:#fff}
body{max-width:none;padding:0;font-size:10pt}
nav,#search{display:none!important}
tr,svg,pre,.verdict{break-inside:avoid}
h2,h3,caption{break-after:avoid}
}
"""
"""Colours carry nothing: every bar, row and verdict says in words what it is."""

FIND = """
(()=>{const box=document.getElementById("find"),said=document.getElementById("found");
if(!box)return;
const rows=[...document.querySelectorAll("#buyers tbody tr")];
document.getElementById("search").hidden=false;
box.addEventListener("input",()=>{
const wanted=box.value.trim().toLowerCase();let shown=0;
for(const row of rows){const fits=row.id.slice(4).includes(wanted);
row.hidden=!fits;if(fits)shown++}
said.textContent=wanted?`${shown} of ${rows.length} shown`:""})})();
"""
"""Without it the page shows the same; the browser's own search finds a nym too."""
