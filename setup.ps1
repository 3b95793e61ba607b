# Create .venv and install SLQ into it.  Usage: ./setup.ps1 [dev]
# Uses uv when it is there, else pip. Building llama.cpp needs the Visual C++ build tools.
param([string]$Want = "run")
$ErrorActionPreference = "Stop"
Set-Location $PSScriptRoot

$target = if ($Want -eq "dev") { ".[dev]" } else { "." }
$python = if ($env:PYTHON) { $env:PYTHON } else { "python" }
& $python -c "import sys; sys.exit(sys.version_info < (3, 11))"
if ($LASTEXITCODE -ne 0) { throw "setup: Python 3.11 or newer is needed. Set PYTHON to its path." }

if (Get-Command uv -ErrorAction SilentlyContinue) {
    if (-not (Test-Path .venv)) { uv venv --quiet --python $python .venv }
    $env:VIRTUAL_ENV = Join-Path $PWD ".venv"
    uv pip install --quiet --constraint constraints.txt --editable $target
} else {
    if (-not (Test-Path .venv)) { & $python -m venv .venv }
    .venv\Scripts\python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable $target
}
if ($LASTEXITCODE -ne 0) { throw "setup: the installation failed; the lines above say why." }
Write-Host "setup: done. Start with .venv\Scripts\slq-chat"
