// The one style sheet: system fonts, printable, readable at 200 %, colour never alone.

enum StyleSheet {
    static let text = """
        :root { --ink: #16232b; --soft: #4a5b66; --line: #c4ced5; --paper: #ffffff; --band: #eef3f6; --mark: #0b5a7a; }
        * { box-sizing: border-box; }
        body { margin: 0; color: var(--ink); background: var(--paper);
          font: 16px/1.55 system-ui, "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", sans-serif; }
        header { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: baseline;
          padding: .7rem 1.2rem; border-bottom: 2px solid var(--mark); }
        .brand { margin: 0; font-weight: 700; } .brand span { font-weight: 400; color: var(--soft); }
        nav { display: flex; gap: 1rem; }
        a { color: var(--mark); padding: .15rem .1rem; } a:focus-visible { outline: 3px solid #d98c00; outline-offset: 2px; }
        nav a[aria-current] { font-weight: 700; text-decoration: none; border-bottom: 3px solid var(--mark); }
        .language { margin-left: auto; }
        .skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; background: var(--paper); }
        main { padding: 1rem 1.2rem 3rem; max-width: 90rem; }
        h1 { font-size: 1.5rem; margin: .3rem 0; } h2 { font-size: 1.15rem; margin: 1.6rem 0 .4rem; }
        .freshness { color: var(--soft); margin: .1rem 0 1rem; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; min-width: 40rem; }
        caption { text-align: left; font-weight: 600; padding: .3rem 0; }
        th, td { border-bottom: 1px solid var(--line); padding: .4rem .7rem; text-align: left; vertical-align: top; }
        thead th { background: var(--band); vertical-align: bottom; } tbody th { font-weight: 600; min-width: 11rem; }
        td.number, .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        .tag { display: inline-block; border: 1px solid currentColor; border-radius: .2rem; padding: 0 .35rem;
          font-size: .85em; white-space: nowrap; }
        .open { border-width: 2px; font-weight: 700; } .example { border-style: dashed; color: #7a4b00; }
        .small { color: var(--soft); font-size: .9em; font-weight: 400; display: block; }
        .id { font-size: .78em; overflow-wrap: anywhere; max-width: 18rem; }
        .time { white-space: nowrap; font-variant-numeric: tabular-nums; }
        .filter { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: end; margin: .6rem 0 1rem; }
        .filter label { display: grid; gap: .15rem; color: var(--soft); font-size: .9em; }
        .filter input, .filter select, .filter button { font: inherit; color: var(--ink); min-height: 2.1rem;
          padding: .2rem .5rem; border: 1px solid var(--soft); border-radius: .2rem; background: var(--paper); }
        .filter button { background: var(--band); cursor: pointer; } .filter :focus-visible { outline: 3px solid #d98c00; }
        .notes { color: var(--soft); padding-left: 1.1rem; }
        .empty { border-left: 4px solid var(--line); padding: .4rem .9rem; max-width: 46rem; }
        pre { background: var(--band); padding: 1rem; overflow-x: auto; line-height: 1.45;
          font-family: "Noto Sans Mono CJK SC", "Sarasa Mono SC", ui-monospace, monospace; font-size: .92rem; }
        footer { border-top: 1px solid var(--line); color: var(--soft); padding: .6rem 1.2rem; font-size: .85rem;
          overflow-wrap: anywhere; }
        @media print { header nav, .language, .skip, .filter { display: none; } .scroll { overflow: visible; }
          pre { white-space: pre-wrap; background: none; } }
        """
}
