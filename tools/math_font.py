"""Writes the font of the formulas, book/_static/stix_two_math.woff2: STIX Two Math with what a book like this may use.

From a wheel that holds the font. Beside leaving characters out it changes three things, because browsers draw MathML
with fewer rules than TeX has:

- a prime is drawn in the form that the font keeps for superscripts (Chromium does not choose it);
- a subscript stands as low under a letter with a tail as under one without;
- a superscript stands as high beside a letter with an accent as beside one without, or nearly.
"""

import subprocess
import sys
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

from fonts import checked, write_cut
from fontTools.ttLib import TTFont

WHEEL, SHA256 = "ziamath==0.13", "67a9b9714101fc90c2d6d0328e578f3ac311fb007644f2bbb9314ba2bc1c1459"
FONT = "ziamath/fonts/STIXTwoMath-Regular.ttf"

# Each as first and last character: plain; italic, Greek and italic Greek; double-struck and script capitals.
RANGES = [(" ", "~"), ("\U0001d434", "\U0001d467"), ("Α", "ω"), ("\U0001d6e2", "\U0001d71b"), ("𝔸", "𝕐"), ("𝒜", "𝒵")]
SINGLES = (
    "\u00a0ℎℂℕℙℚℝℤℬℰℱℋℐℒℳℛℓ𝟙ϑϕϵϱ|‖′″‴ˆ˜¯˙¨ˇ→←⏞⏟°§†‡–—‘’“”…⋯⋮⋱·×÷±∓−∗∘∙⋅⋆⊙⊗⊕"
    "∝∞∂∇∑∏∫√∣∥∤∅∀∃¬∧∨∩∪∈∉∋⊂⊆⊃⊇⊤⊥≈∼≃≅≡≠≤≥≪≫≺≻≜≔≲≳←→↔↦⇐⇒⇔↑↓⌊⌋⌈⌉⟨⟩△▽□■∎"
)


def main() -> None:
    characters = {chr(code) for first, last in RANGES for code in range(ord(first), ord(last) + 1)} | set(SINGLES)
    font = TTFont(BytesIO(_original()))
    for table in font["cmap"].tables:
        table.cmap.update({0x2032: "minute.ssty"} if 0x2032 in table.cmap else {})
    constants = font["MATH"].table.MathConstants
    constants.SubscriptBaselineDropMin.Value = 0
    constants.SuperscriptBaselineDropMax.Value = 400
    write_cut(font, "stix_two_math.woff2", "".join(characters), [], name_ids=[0, 1, 2, 3, 4, 5, 6, 13, 14])


def _original() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*pip, "--dest", folder, WHEEL], check=True)
        (wheel,) = Path(folder).glob("*.whl")
        return zipfile.ZipFile(checked(wheel, SHA256)).read(FONT)


if __name__ == "__main__":
    main()
