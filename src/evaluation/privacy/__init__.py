"""People become keys, texts are screened, small counts are hidden."""
