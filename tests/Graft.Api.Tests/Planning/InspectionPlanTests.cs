using Graft.Api.Planning;
using Xunit;

namespace Graft.Api.Tests.Planning;

public sealed class InspectionPlanTests
{
    private static readonly InspectionPlan Plan = new()
    {
        Input = new PlanInput { Path = "/inputs/files", Oci = new PlanOci { Reference = "registry.example/data/words:1" } },
        Dataset = new InspectedDataset { Format = "text", TrainFile = "@/credentials/files/key", EvaluationFile = "--help" },
        TerminationMessagePath = "/dev/termination-log",
    };

    [Fact]
    public void A_plan_survives_writing_and_reading()
    {
        Assert.Equal(Plan, InspectionPlan.Read(Plan.Write()));
    }

    [Theory]
    [InlineData("[]", "it has no \"version\"")]
    [InlineData("{\"version\": 2}", "version 2, this trainer reads version 1")]
    [InlineData("{\"version\": 1}", "missing required properties")]
    [InlineData("{\"version\": 1, \"input\": {\"path\": \"/x\"}}", "either \"model\" or \"dataset\"")]
    [InlineData("{\"version\": 1, \"input\": {\"path\": \"/x\"}, \"model\": {\"format\": \"huggingFace\", \"wights\": 1}}", "wights")]
    [InlineData("@/etc/passwd", "cannot be read")]
    public void A_text_that_is_no_plan_is_refused_with_the_reason(string text, string reason)
    {
        var error = Assert.Throws<PlanFormatException>(() => InspectionPlan.Read(text));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a line", 6, "a line")]
    [InlineData("a line", 5, "a li…")]
    [InlineData("two\nlines\u001b[31m\u202e\0", 40, "two lines [31m  ")]
    [InlineData("ab😀cd", 4, "ab…")]
    [InlineData("ab😀cd", 5, "ab😀…")]
    [InlineData("", 5, "")]
    public void Text_for_a_condition_is_one_plain_line_within_its_length(string text, int longest, string plain)
    {
        Assert.Equal(plain, ReportText.Plain(text, longest));
    }
}
