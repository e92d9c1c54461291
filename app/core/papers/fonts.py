"""Where the letters of the PDF come from: Tinos, whose widths are those of Times New Roman."""

from pathlib import Path

FONT_FILES = tuple(f"Tinos_{face}.ttf" for face in ("400Regular", "400Regular_Italic", "700Bold", "700Bold_Italic"))
_APP = Path(__file__).parents[2]
_BUILT = (_APP / "_frontend" / "dist", _APP.parent / "frontend" / "dist")  # in the wheel; in the working tree


class MissingFontsError(RuntimeError):
    """The folder holds no Tinos: without it a PDF would come out in another face, with other line breaks."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        places = ", ".join(str(folder) for folder in folders)
        super().__init__(f"No Tinos fonts ({', '.join(FONT_FILES)}) in {places}: run `make build` first.")


def find_fonts(*folders: Path) -> Path:
    """The first of `folders` that holds the four faces; without an argument, where the front-end build puts them."""
    places = folders or tuple(dist / "fonts" / "tinos" for dist in _BUILT)
    for folder in places:
        if all((folder / name).is_file() for name in FONT_FILES):
            return folder
    raise MissingFontsError(places)
