@echo off
rem Makes the environment .venv in this folder, once, then opens JupyterLab, or runs what is named:
rem   start.bat
rem   start.bat anomaly-labs progress
setlocal
set "here=%~dp0"
set "python=%here%.venv\Scripts\python.exe"
set "PIP_DISABLE_PIP_VERSION_CHECK=1"
set "index="
if exist "%here%wheels" set index=--no-index --find-links "%here%wheels"
if exist "%here%.venv\ready" goto run

set "found=%PYTHON%"
if not defined found for %%v in (@PYTHONS@) do if not defined found (py -%%v -c "" >nul 2>nul && set "found=py -%%v")
if not defined found (
    echo No Python of version @PYTHONS@ found. Install one from python.org, then start again.
    exit /b 1
)
echo Setting up .venv; once, 1 to 5 minutes ...
if exist "%here%.venv" rmdir /s /q "%here%.venv"
%found% -m venv "%here%.venv" || exit /b 1
"%python%" -m pip install -qq --no-deps --require-hashes %index% --requirement "%here%requirements.lock" || exit /b 1
for %%w in ("%here%anomaly_labs-*.whl") do "%python%" -m pip install -qq --no-deps --no-index "%%w" || exit /b 1
echo ready> "%here%.venv\ready"

:run
if not defined ANOMALY_LABS_DATA set "ANOMALY_LABS_DATA=%here%data"
@PATHS@set "PATH=%here%.venv\Scripts;%PATH%"
rem JupyterLab without the panels of those who make courses, and without news
set "JUPYTER_CONFIG_PATH=%here%.venv\Lib\site-packages\anomaly_labs\jupyter;%JUPYTER_CONFIG_PATH%"
cd /d "%here%"
if not "%~1"=="" goto named
"%python%" -m jupyterlab
exit /b

:named
%*
