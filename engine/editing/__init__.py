"""What editing a release needs beside its files: words to choose from, previews, edits as text."""
