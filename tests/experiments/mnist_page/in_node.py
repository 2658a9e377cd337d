"""The page's modules in Node, whose engine is Chromium's: what they compute, as JSON."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

SCRIPTS = Path(__file__).parents[3] / "assets" / "js"


def evaluate(folder: Path, program: str, *arguments: Any) -> Any:
    """Run the body of an async function of `a`, the arguments, that has the modules as `m.philox`, `m.trainer`, …"""
    names = ("digits", "perceptron", "philox", "trainer")
    if not (folder / "package.json").exists():
        shutil.copytree(SCRIPTS, folder, dirs_exist_ok=True)
        (folder / "package.json").write_text('{"type": "module"}')
    imported = ", ".join(f"{name}: await import('./{name}.js')" for name in names)
    body = f"const m = {{ {imported} }}; const a = JSON.parse((await import('node:fs')).readFileSync(0, 'utf8'));"
    told = "console.log(JSON.stringify(told, (_, x) => (ArrayBuffer.isView(x) ? [...x] : x)));"
    script = folder / "program.js"
    script.write_text(f"{body}\nconst told = await (async () => {{ {program} }})();\n{told}\n", encoding="utf-8")
    ran = subprocess.run(["node", script], input=json.dumps(arguments), capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)
